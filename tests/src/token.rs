//! Tokens signed with HS256, by code that shares nothing with what verifies them.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// The claims and the header of a token that is still to be signed.
#[derive(Clone, Debug)]
#[must_use]
pub struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    secret: Vec<u8>,
}

impl Token {
    /// A token of `issuer` for `audience` about `subject`, good for ten minutes, to be signed with `secret`.
    pub fn new(issuer: &str, audience: &str, subject: &str, secret: &[u8]) -> Self {
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let claims = json!({ "iss": issuer, "aud": audience, "sub": subject, "exp": now() + 600 });
        let (Value::Object(header), Value::Object(claims)) = (header, claims) else { unreachable!() };
        Self { header, claims, secret: secret.to_vec() }
    }

    /// The claim `scope`: names separated by spaces.
    pub fn scope(self, scope: &str) -> Self {
        self.claim("scope", scope)
    }

    /// The claim `roles`.
    pub fn roles(self, roles: &[&str]) -> Self {
        self.claim("roles", json!(roles))
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a member of the header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Sets `exp` to so many seconds from now.
    pub fn expires_in(self, seconds: i64) -> Self {
        self.claim("exp", now() + seconds)
    }

    /// Another secret to sign with.
    pub fn secret(mut self, secret: &[u8]) -> Self {
        self.secret = secret.to_vec();
        self
    }

    /// The token in compact form.
    pub fn sign(&self) -> String {
        let part = |members: &Map<String, Value>| base64url(serde_json::to_vec(members).unwrap());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", base64url(mac.finalize().into_bytes()))
    }
}

/// Base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
