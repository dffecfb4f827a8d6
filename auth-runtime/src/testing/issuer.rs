//! An issuer whose tokens go through the real verifier.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use serde_json::{Map, Value, json};

use crate::crypto::{Algorithm, PROVIDER, signing_key};
use crate::jwt::{Audiences, Jwt, Key, Said};
use crate::review::Caller;
use crate::testing::TestDpopKey;
use crate::time::{Clock, SystemClock, UnixTime};

/// How long a token lives by default, in seconds.
const LIFETIME: UnixTime = 300;

/// An issuer for tests: it signs tokens, and makes the configuration that verifies them.
///
/// ```
/// use auth_runtime::testing::TestIssuer;
///
/// let issuer = TestIssuer::new();
/// let token = issuer.token().subject("alice").scope("read write").role("ops").sign();
/// assert_eq!(token.split('.').count(), 3);
/// ```
#[derive(Clone)]
pub struct TestIssuer {
    algorithm: Algorithm,
    signing: EncodingKey,
    verification: Key,
    key_id: Option<String>,
    issuer: String,
    audience: String,
    clock: Arc<dyn Clock>,
}

/// Leaves the private key out.
impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TestIssuer");
        shown.field("issuer", &self.issuer).field("audience", &self.audience).field("algorithm", &self.algorithm);
        shown.finish_non_exhaustive()
    }
}

impl TestIssuer {
    /// An issuer named `https://issuer.test` with a fresh random HS256 secret, for the audience `https://api.test`.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    pub fn new() -> Self {
        let mut secret = [0; 32];
        if let Err(error) = getrandom::fill(&mut secret) {
            panic!("no randomness for a test secret: {error}");
        }
        Self::with_secret(secret)
    }

    /// An issuer that signs with HS256 and this secret.
    pub fn with_secret(secret: impl AsRef<[u8]>) -> Self {
        Self::with(Algorithm::HS256, EncodingKey::from_secret(secret.as_ref()), Key::hs256(secret))
    }

    /// An issuer that signs with this private key, given as PEM text in PKCS #8, and is verified by its public half.
    ///
    /// # Panics
    /// When the private key is not a key for the algorithm.
    pub fn with_pem(algorithm: Algorithm, private_pem: impl AsRef<[u8]>, public_pem: impl AsRef<[u8]>) -> Self {
        match signing_key(algorithm, private_pem.as_ref()) {
            Ok(signing) => Self::with(algorithm, signing, Key::public_pem(algorithm, public_pem)),
            Err(error) => panic!("the private key does not fit {algorithm}: {error}"),
        }
    }

    fn with(algorithm: Algorithm, signing: EncodingKey, verification: Key) -> Self {
        Self {
            algorithm,
            signing,
            verification,
            key_id: None,
            issuer: "https://issuer.test".into(),
            audience: "https://api.test".into(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Sets the issuer's name, the `iss` of its tokens.
    #[must_use]
    pub fn named(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets the `aud` of its tokens.
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Sets the `kid` of its tokens and of its key.
    #[must_use]
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.verification = self.verification.id(id.clone());
        self.key_id = Some(id);
        self
    }

    /// Tells the time by this clock, which should be that of the `Auth`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The configuration that accepts its tokens; continue it as any other, and give it to `.bearer(…)`.
    pub fn jwt(&self) -> Jwt<Said, Audiences> {
        Jwt::key(self.verification.clone()).issuer(self.issuer.clone()).audience(self.audience.clone())
    }

    /// Its verification key, for a configuration with several.
    pub fn verification_key(&self) -> Key {
        self.verification.clone()
    }

    /// Starts a token that [`jwt`](Self::jwt) accepts for five minutes, for the subject `test-subject`.
    ///
    /// It has no `jti`: where the configuration has `.revocations(…)`, which demand one, add `.claim("jti", "…")`.
    ///
    /// # Panics
    /// When the clock cannot be read.
    pub fn token(&self) -> TestToken {
        let now = match self.clock.now() {
            Ok(now) => now,
            Err(error) => panic!("the test clock: {error}"),
        };
        let mut header = Map::new();
        header.insert("alg".into(), self.algorithm.name().into());
        header.insert("typ".into(), "at+jwt".into());
        if let Some(id) = &self.key_id {
            header.insert("kid".into(), id.as_str().into());
        }
        let mut claims = Map::new();
        claims.insert("iss".into(), self.issuer.as_str().into());
        claims.insert("aud".into(), self.audience.as_str().into());
        claims.insert("sub".into(), "test-subject".into());
        claims.insert("iat".into(), now.into());
        claims.insert("exp".into(), (now + LIFETIME).into());
        TestToken { issuer: self.clone(), header, claims, now, forged: false }
    }

    /// Starts a token by which a policy's [caller](crate::review::Caller) would call: with its scopes, roles and claims, and no
    /// others, and a `jti`.
    ///
    /// ```standalone_crate
    /// use auth_runtime::policy::Policy;
    /// use auth_runtime::testing::TestIssuer;
    /// use auth_runtime::{Auth, policy};
    ///
    /// policy! { Refunds: bearer, scope("orders:refund"), role("clerk") }
    ///
    /// # fn main() {
    /// let issuer = TestIssuer::new();
    /// let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
    /// for caller in auth.meaning_of(&Refunds::SPEC).minimal_callers().unwrap() {
    ///     let token = issuer.token_for(&caller).subject("alice").sign();
    ///     assert_eq!(token.split('.').count(), 3);
    /// }
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the clock cannot be read.
    pub fn token_for(&self, caller: &Caller) -> TestToken {
        let scopes: Vec<&str> = caller.scopes().collect();
        let roles: Vec<&str> = caller.roles().collect();
        let token = self.token().claim("jti", "test").claim("scope", scopes.join(" ")).claim("roles", roles);
        let token = match caller.authenticated_ago() {
            Some(ago) => token.authenticated_ago(ago),
            None => token,
        };
        caller.claims().into_iter().fold(token, |token, (name, value)| token.claim(name, value))
    }

    /// The key of a client, which tells the time by the same clock.
    pub(super) fn client_key(&self) -> TestDpopKey {
        TestDpopKey::by_clock(&self.clock)
    }

    /// The `iss` of its tokens.
    pub(super) fn name(&self) -> &str {
        &self.issuer
    }
}

impl Default for TestIssuer {
    fn default() -> Self {
        Self::new()
    }
}

/// A token in the making.
#[derive(Clone, Debug)]
#[must_use = "call `sign` for the token's text"]
pub struct TestToken {
    issuer: TestIssuer,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    now: UnixTime,
    forged: bool,
}

impl TestToken {
    /// Sets `sub`.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.claim("sub", subject.into())
    }

    /// Sets `scope`: scopes separated by spaces.
    pub fn scope(self, scopes: impl Into<String>) -> Self {
        self.claim("scope", scopes.into())
    }

    /// Adds a role to `roles`.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        match self.claims.entry("roles").or_insert_with(|| json!([])) {
            Value::Array(roles) => roles.push(role.into().into()),
            other => *other = json!([role.into()]),
        }
        self
    }

    /// Sets any claim.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets any member of the header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.header.insert(name.into(), value.into());
        self
    }

    /// Lets it expire so many seconds from now; negative is in the past.
    pub fn expires_in(self, seconds: i64) -> Self {
        let at = self.now.saturating_add(seconds);
        self.claim("exp", at)
    }

    /// Sets `auth_time` to so many seconds ago; negative is in the future.
    pub fn authenticated_ago(self, seconds: impl Into<i64>) -> Self {
        let at = self.now.saturating_sub(seconds.into());
        self.claim("auth_time", at)
    }

    /// An hour past its expiry.
    pub fn expired(self) -> Self {
        self.expires_in(-3600)
    }

    /// Sets `cnf.jkt`: whoever presents it must prove possession of this key (RFC 9449 section 6).
    pub fn bound_to(self, key: &TestDpopKey) -> Self {
        self.claim("cnf", json!({ "jkt": key.thumbprint() }))
    }

    /// Names another issuer.
    pub fn wrong_issuer(self) -> Self {
        self.claim("iss", "https://another-issuer.test")
    }

    /// Meant for another service.
    pub fn wrong_audience(self) -> Self {
        self.claim("aud", "https://another-api.test")
    }

    /// Signed by a key that the configuration does not hold.
    pub fn wrong_key(mut self) -> Self {
        self.forged = true;
        self
    }

    /// The token.
    ///
    /// # Panics
    /// When the key cannot sign.
    pub fn sign(self) -> String {
        signed(self.header, self.claims, (self.issuer.algorithm, &self.issuer.signing), self.forged)
    }
}

/// A JWT; forged, its signature is none of the key's.
///
/// # Panics
/// When the key cannot sign.
pub(super) fn signed(
    header: Map<String, Value>,
    claims: Map<String, Value>,
    (algorithm, key): (Algorithm, &EncodingKey),
    forged: bool,
) -> String {
    let part = |map: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map).to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signed = (PROVIDER.signer_factory)(&algorithm.backend(), key)
        .map_err(|error| error.to_string())
        .and_then(|signer| signer.try_sign(message.as_bytes()).map_err(|error| error.to_string()));
    let mut signature = match signed {
        Ok(signature) => signature,
        Err(error) => panic!("cannot sign a test token: {error}"),
    };
    if forged {
        // What another key would leave is as far from verifying as this.
        signature.iter_mut().for_each(|byte| *byte = !*byte);
    }
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
