//! Tests of token verification as a whole; those of one stage stand beside it.

mod algorithms;
mod attacks;
mod builder;
mod claims;
mod differential;
mod grants;
mod issuers;
mod keys;
mod memory;
mod mutation;
#[cfg(feature = "jwks")]
mod providers;
mod revocation;
mod shapes;
mod sources;
mod vectors;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use crate::crypto::{Algorithm, backend};
use crate::denial::Reason;
use crate::jwt::ready::IntoSettings as _;
use crate::jwt::*;
use crate::keys::compact::Compact;
use crate::keys::*;
use crate::principal::Principal;
use crate::time::UnixTime;

/// 2026-01-01: the time of every test that does not say another.
const NOW: UnixTime = 1_767_225_600;
const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";
const SECRET: &[u8; 64] = b"TEST SECRET, NEVER FOR USE: 0123456789abcdef0123456789abcdef!!!!";

/// TEST KEYS, NEVER FOR USE: see the README beside them.
macro_rules! test_key {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/keys/", $name))
    };
}
pub(crate) use test_key;

const RSA_PRIVATE: &[u8] = test_key!("rsa-2048.private.pem");
const RSA_PUBLIC: &[u8] = test_key!("rsa-2048.public.pem");
const P256_PRIVATE: &[u8] = test_key!("ec-p256.private.pem");
const P256_PUBLIC: &[u8] = test_key!("ec-p256.public.pem");
const P384_PRIVATE: &[u8] = test_key!("ec-p384.private.pem");
const P384_PUBLIC: &[u8] = test_key!("ec-p384.public.pem");
const ED25519_PRIVATE: &[u8] = test_key!("ed25519.private.pem");
const ED25519_PUBLIC: &[u8] = test_key!("ed25519.public.pem");

fn signing_key(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => EncodingKey::from_secret(SECRET),
        Algorithm::ES256 => EncodingKey::from_ec_pem(P256_PRIVATE).unwrap(),
        Algorithm::ES384 => EncodingKey::from_ec_pem(P384_PRIVATE).unwrap(),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(ED25519_PRIVATE).unwrap(),
        _ => EncodingKey::from_rsa_pem(RSA_PRIVATE).unwrap(),
    }
}

fn public_pem(algorithm: Algorithm) -> &'static [u8] {
    match algorithm {
        Algorithm::ES256 => P256_PUBLIC,
        Algorithm::ES384 => P384_PUBLIC,
        Algorithm::EdDSA => ED25519_PUBLIC,
        _ => RSA_PUBLIC,
    }
}

fn verification_key(algorithm: Algorithm) -> Key {
    match algorithm {
        Algorithm::HS256 => Key::hs256(SECRET),
        Algorithm::HS384 => Key::hs384(SECRET),
        Algorithm::HS512 => Key::hs512(SECRET),
        _ => Key::public_pem(algorithm, public_pem(algorithm)),
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs texts as they are, well-formed or not.
fn sign_text(algorithm: Algorithm, key: &EncodingKey, header: &str, payload: &(impl AsRef<[u8]> + ?Sized)) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signer = (backend::PROVIDER.signer_factory)(&algorithm.backend(), key).unwrap();
    let signature = signer.try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", encode(signature))
}

fn sign(algorithm: Algorithm, header: Value, payload: &Value) -> String {
    sign_text(algorithm, &signing_key(algorithm), &header.to_string(), &payload.to_string())
}

/// A token of HS256 with this payload.
fn hs256(payload: &Value) -> String {
    sign(Algorithm::HS256, json!({"alg": "HS256"}), payload)
}

/// Claims that the default configuration accepts.
fn good() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 600})
}

/// Good claims with some replaced; `null` removes one.
fn with(changes: Value) -> Value {
    let mut claims = good();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn jwt() -> Jwt<Said, Audiences> {
    Jwt::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE)
}

fn verifier(jwt: impl ReadyJwt) -> Verifier {
    jwt.into_settings().jwt.unwrap().verifier(Presentation::bearer(None)).unwrap()
}

fn fault(jwt: impl ReadyJwt) -> JwtError {
    jwt.into_settings().build(None).map(drop).unwrap_err()
}

impl Verifier {
    /// Verifies a token as a request has it.
    fn verify_token(&self, token: &[u8], now: UnixTime) -> Result<Principal, Reason> {
        self.check_length(token)?;
        self.verify(&mut Compact::split(token).ok_or(Reason::TokenNotJwt)?, now)
    }
}

#[track_caller]
fn refused(verifier: &Verifier, token: &str) -> Reason {
    verifier.verify_token(token.as_bytes(), NOW).map(|who| panic!("accepted {who:?}")).unwrap_err()
}

#[track_caller]
fn accepted(verifier: &Verifier, token: &str) -> Principal {
    verifier.verify_token(token.as_bytes(), NOW).unwrap()
}
