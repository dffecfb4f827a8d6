//! Keys, tokens and secrets that all applications share.

use actix_web::test::TestRequest;
use auth_runtime::Algorithm;
use auth_runtime::testing::{TestIssuer, TestRequestExt as _, TestToken};

/// `iss` of the tokens.
pub const ISSUER: &str = "https://idp.example";
/// `aud` of the tokens.
pub const AUDIENCE: &str = "https://api.example";
/// The secret behind HS256.
pub const SECRET: &[u8] = b"a benchmark secret that everyone on earth can read";
/// Name and password of the only user.
pub const USER: (&str, &str) = ("alice", "correct horse battery staple");
/// The only API key.
pub const API_KEY: &str = "bench_0123456789abcdef0123456789abcdef";
/// The cost of bcrypt: the lowest, so that a hand-written check can be measured at all.
pub const BCRYPT_COST: u32 = 4;

macro_rules! key {
    ($name:literal, $half:literal) => {
        include_str!(concat!("../../tests/keys/", $name, ".", $half, ".pem"))
    };
}

/// The public key of an asymmetric algorithm, as PEM.
pub fn public_pem(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 => key!("rsa-2048", "public"),
        Algorithm::ES256 => key!("ec-p256", "public"),
        Algorithm::EdDSA => key!("ed25519", "public"),
        other => panic!("no key for {other}"),
    }
}

/// Signs the tokens of an algorithm.
pub fn issuer(algorithm: Algorithm) -> TestIssuer {
    let private = match algorithm {
        Algorithm::HS256 => return TestIssuer::with_secret(SECRET).named(ISSUER).for_audience(AUDIENCE),
        Algorithm::RS256 => key!("rsa-2048", "private"),
        Algorithm::ES256 => key!("ec-p256", "private"),
        Algorithm::EdDSA => key!("ed25519", "private"),
        other => panic!("no key for {other}"),
    };
    TestIssuer::with_pem(algorithm, private, public_pem(algorithm)).named(ISSUER).for_audience(AUDIENCE)
}

/// A token of usual size, good for a day.
pub fn token(algorithm: Algorithm) -> TestToken {
    issuer(algorithm)
        .token()
        .subject("248289761001")
        .scope("profile orders:read orders:write admin")
        .role("ops")
        .claim("tenant", "acme")
        .claim("jti", "9f2c4b1e-6a57-4a3f-b0b8-1f6f2f4b7c11")
        .expires_in(86_400)
}

/// A request with this token.
pub fn with_bearer(token: String) -> impl Fn() -> TestRequest {
    move || TestRequest::get().uri("/api/orders").bearer(&token)
}

/// A request without credentials.
pub fn anonymous() -> TestRequest {
    TestRequest::get().uri("/api/orders")
}
