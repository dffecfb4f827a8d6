//! What the server accepts: development keys, users and API keys, all of them public knowledge.

use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::config::ConfigError;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Algorithm, ApiKeys, Auth};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://showcase.example";
const DEVELOPMENT_SECRET: &[u8] = b"a development secret that everyone on earth can read";

pub(crate) fn hs256_issuer() -> TestIssuer {
    TestIssuer::with_secret(DEVELOPMENT_SECRET).named(ISSUER).for_audience(AUDIENCE).key_id("dev-hs256")
}

macro_rules! issuer {
    ($function:ident, $algorithm:ident, $key:literal, $issuer:expr, $audience:expr) => {
        pub(crate) fn $function() -> TestIssuer {
            TestIssuer::with_pem(
                Algorithm::$algorithm,
                include_str!(concat!("../../../keys/", $key, ".private.pem")),
                include_str!(concat!("../../../keys/", $key, ".public.pem")),
            )
            .named($issuer)
            .for_audience($audience)
            .key_id($key)
        }
    };
}

issuer!(rs256_issuer, RS256, "dev-rs256", ISSUER, AUDIENCE);
issuer!(es256_issuer, ES256, "dev-es256", ISSUER, AUDIENCE);
issuer!(eddsa_issuer, EdDSA, "dev-eddsa", ISSUER, AUDIENCE);
issuer!(partner_issuer, ES256, "partner-es256", "https://partner.example", "https://showcase.example/partner");

/// The development key; its digest is all that is kept.
fn keys() -> [(KeyDigest, Key); 1] {
    let key = Key::new("development").with_scopes(["read", "write"]).with_roles(["viewer"]).of_environment("test");
    [(KeyDigest::of("test_0123456789abcdef"), key)]
}

/// The configuration of the server.
pub(crate) fn configure() -> Result<Auth, ConfigError> {
    let bearer = hs256_issuer()
        .jwt()
        .also(rs256_issuer().verification_key())
        .also(es256_issuer().verification_key())
        .also(eddsa_issuer().verification_key())
        // Only to show all algorithms on one route; a service has one kind.
        .dangerous_secrets_beside_public_keys();
    Auth::builder()
        .realm("showcase")
        .bearer(bearer)
        .bearer_named("partner", partner_issuer().jwt())
        .basic(Passwords::htpasswd_file(concat!(env!("CARGO_MANIFEST_DIR"), "/data/htpasswd")))
        .api_key(ApiKeys::header("X-API-Key", keys()).environment("test"))
        .api_key_named("query", ApiKeys::query("api_key", keys()).environment("test"))
        .role_hierarchy("admin > ops > viewer")
        .build()
}
