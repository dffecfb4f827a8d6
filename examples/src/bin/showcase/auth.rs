//! What the server accepts: development keys, users and API keys, all of them public knowledge.

use std::time::Duration;

use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::certificate::{ClientCertificate, ClientCertificates};
use auth_runtime::config::ConfigError;
use auth_runtime::digest::DigestUsers;
use auth_runtime::dpop::{DpopTokens, SharedProofs};
use auth_runtime::introspection::Introspection;
use auth_runtime::jwt::{Audiences, Said};
use auth_runtime::limits::Limits;
use auth_runtime::login::OidcLogin;
use auth_runtime::resource_metadata::ResourceMetadata;
use auth_runtime::scheme::User;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Algorithm, ApiKeys, Auth, Jwt, Opaque, Sessions};

use crate::accounts;
use crate::environment::{Endpoint, Environment, LoginClient, Provider};
use crate::people;
use crate::revoke::Revoking;

pub(crate) const ISSUER: &str = "https://issuer.example";
const PARTNER: &str = "https://partner.example";
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
issuer!(partner_issuer, ES256, "partner-es256", PARTNER, "https://showcase.example/partner");

fn passwords() -> Passwords<User> {
    Passwords::htpasswd_file(concat!(env!("CARGO_MANIFEST_DIR"), "/data/htpasswd"))
}

/// The development key; its digest is all that is kept.
fn keys() -> [(KeyDigest, Key); 1] {
    let key = Key::new("development").with_scopes(["read", "write"]).with_roles(["viewer"]).of_environment("test");
    [(KeyDigest::of("test_0123456789abcdef"), key)]
}

/// The issuers that this environment knows, sessions among them: those of whom something can be revoked.
pub(crate) fn issuers(environment: &Environment) -> impl Iterator<Item = &str> {
    [ISSUER, PARTNER, "local:session"].into_iter().chain(environment.issuer())
}

/// People who sign in: here, or with Redis on every showcase that shares it.
fn sessions(environment: &Environment, revoking: Option<&Revoking>) -> Sessions {
    let sessions = match &environment.redis_url {
        Some(url) => Sessions::redis(&**url).key("development", DEVELOPMENT_SECRET),
        None => Sessions::in_memory(),
    };
    let mut sessions = sessions.login_page("/login");
    if let Some(LoginClient { issuer, client_id, client_secret }) = &environment.login {
        let provider = OidcLogin::new(&**issuer, &**client_id, &**client_secret)
            .scopes(["profile"])
            // The form has the usual one.
            .login_path(people::OIDC_LOGIN)
            .callback_path("/oidc/callback")
            .logout_path("/oidc/logout")
            .signed_out_path("/login")
            .backchannel_logout_path("/oidc/backchannel-logout")
            .details(people::from_provider);
        sessions = sessions.login(provider);
    }
    match revoking {
        Some(revoking) => sessions.revocations(revoking.store()),
        None => sessions,
    }
}

/// How often callers may call: counted here, or with Redis on every showcase that shares it.
fn limits(environment: &Environment) -> Limits {
    match &environment.redis_url {
        Some(url) => Limits::redis(&**url, DEVELOPMENT_SECRET),
        None => Limits::in_memory(),
    }
}

/// Tills are called by the first of their DNS names.
fn till(certificate: &ClientCertificate) -> Option<String> {
    certificate.dns_names().next().map(str::to_owned)
}

/// The configuration of the server.
pub(crate) fn configure(environment: &Environment, revoking: Option<&Revoking>) -> Result<Auth, ConfigError> {
    let bearer = || {
        let jwt = hs256_issuer()
            .jwt()
            .add_key(rs256_issuer().verification_key())
            .add_key(es256_issuer().verification_key())
            .add_key(eddsa_issuer().verification_key())
            // Only to show all algorithms on one route; a service has one kind.
            .dangerous_secrets_beside_public_keys();
        revocable(jwt, revoking)
    };
    let mut auth = Auth::builder()
        .realm("showcase")
        .bearer(bearer())
        .bearer_named("db", bearer().authorities(accounts::load_user))
        .bearer_named("pat", Opaque::lookup(accounts::find_token).prefix("pat_").length(8..=64))
        .bearer_named("edge", bearer().header("X-Edge-Token"))
        .bearer_named("partner", revocable(partner_issuer().jwt(), revoking))
        .dpop(dpop(bearer(), environment))
        .dpop_named("nonce", dpop(bearer(), environment).require_nonce())
        .basic(passwords())
        // The same people, with what they are here: a browser has no tokens to open a page with.
        .basic_named("staff", passwords().roles_of(|user| if user.name() == "alice" { vec!["ops"] } else { vec![] }))
        .digest(DigestUsers::htdigest_file(concat!(env!("CARGO_MANIFEST_DIR"), "/data/htdigest")))
        .client_certificate(ClientCertificates::subject_by(till))
        .api_key(ApiKeys::header("X-API-Key", keys()).environment("test"))
        .api_key_named("query", ApiKeys::dangerous_query("api_key", keys()).environment("test"))
        .role_hierarchy("admin > ops > viewer")
        // The policies of `/idp` and `/opaque` are linked into the program in every environment, and mounted only where
        // their schemes are configured: a scope refuses to mount them otherwise.
        .dangerous_allow_unconfigured();
    auth =
        auth.public_origin(environment.origin()).session(sessions(environment, revoking)).limits(limits(environment));
    if let Some(proxies) = &environment.trusted_proxies {
        auth = auth.trusted_certificate_proxies(proxies.split(',').map(str::trim));
    }
    if let Some(Provider { issuer, audience }) = &environment.provider {
        auth = auth.bearer_named("idp", revocable(Jwt::oidc(&**issuer).audience(&**audience), revoking));
        if environment.public_origin.is_some() {
            // Before the issuers of development tokens, which no client can ask.
            auth = auth.resource_metadata(ResourceMetadata::new().name("Showcase").authorization_server(&**issuer));
        }
    }
    if let Some(Endpoint { url, client_id, client_secret, audience }) = &environment.introspection {
        // Their issuer is asked, and knows what it has revoked.
        let asked = Introspection::new(&**url)
            .client_secret_basic(&**client_id, client_secret.clone())
            .audience(&**audience)
            // Tokens of programs have no `sub`.
            .subject_claim("client_id")
            .max_staleness(Duration::from_secs(1));
        auth = match &environment.provider {
            Some(provider) => auth.bearer_named("opaque", asked.issuer(&*provider.issuer)),
            None => auth.bearer_named("opaque", asked.dangerous_any_issuer()),
        };
    }
    auth.build()
}

/// Tokens that are bound to a key: used proofs are remembered here, or with Redis by every showcase that shares it.
fn dpop(jwt: Jwt<Said, Audiences>, environment: &Environment) -> DpopTokens {
    let tokens = DpopTokens::of(jwt);
    match &environment.redis_url {
        Some(url) => tokens.shared(SharedProofs::redis(&**url, DEVELOPMENT_SECRET)),
        None => tokens,
    }
}

fn revocable(jwt: Jwt<Said, Audiences>, revoking: Option<&Revoking>) -> Jwt<Said, Audiences> {
    match revoking {
        Some(revoking) => jwt.revocations(revoking.store()),
        None => jwt,
    }
}
