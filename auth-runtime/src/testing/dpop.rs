//! A client's key, and the proofs that it signs.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::EllipticCurve;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::crypto::{Algorithm, PROVIDER, signing_key};
use crate::testing::issuer::signed;
use crate::time::{Clock, SystemClock, UnixTime};

/// What stands before an Ed25519 key in PKCS #8 (RFC 8410 section 7).
const PKCS8_OF_ED25519: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The key of a client that uses DPoP (RFC 9449), for tests: tokens are bound to it by
/// [`TestToken::bound_to`](super::TestToken::bound_to), and it signs proofs.
///
/// ```
/// use auth_runtime::testing::{TestDpopKey, TestIssuer};
///
/// let key = TestDpopKey::new();
/// let token = TestIssuer::new().token().subject("alice").bound_to(&key).sign();
/// let proof = key.proof("GET", "https://api.example/pay").token(&token).sign();
/// assert_eq!(proof.split('.').count(), 3);
/// ```
#[derive(Clone)]
pub struct TestDpopKey {
    algorithm: Algorithm,
    signing: EncodingKey,
    public: Value,
    clock: Arc<dyn Clock>,
}

/// Leaves the private key out.
impl fmt::Debug for TestDpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDpopKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl TestDpopKey {
    /// A fresh random key of Ed25519.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    pub fn new() -> Self {
        let mut seed = [0; 32];
        if let Err(error) = getrandom::fill(&mut seed) {
            panic!("no randomness for a test key: {error}");
        }
        let der = [&PKCS8_OF_ED25519[..], &seed].concat();
        Self::of(Algorithm::EdDSA, EncodingKey::from_ed_der(&der)).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// This private key, given as PEM text in PKCS #8.
    ///
    /// # Panics
    /// When it is not a key for the algorithm.
    pub fn with_pem(algorithm: Algorithm, private_pem: impl AsRef<[u8]>) -> Self {
        Self::try_with_pem(algorithm, private_pem).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// As [`with_pem`](Self::with_pem), for a key that may be another.
    ///
    /// # Errors
    /// When it is not a key for the algorithm: a sentence that says so.
    pub fn try_with_pem(algorithm: Algorithm, private_pem: impl AsRef<[u8]>) -> Result<Self, String> {
        let signing = signing_key(algorithm, private_pem.as_ref());
        signing.map_err(|error| unfit(algorithm, error)).and_then(|signing| Self::of(algorithm, signing))
    }

    fn of(algorithm: Algorithm, signing: EncodingKey) -> Result<Self, String> {
        let (keys, der) = (&PROVIDER.key_utils, signing.as_bytes());
        let text = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let public = match algorithm.name().get(..2) {
            Some("RS" | "PS") => (keys.rsa_pub_components_from_private_key)(der)
                .map(|(n, e)| json!({ "e": text(e), "kty": "RSA", "n": text(n) })),
            Some("ES") => (keys.ec_pub_components_from_private_key)(der, algorithm.backend()).map(|(_, x, y)| {
                let curve = if algorithm == Algorithm::ES384 { "P-384" } else { "P-256" };
                json!({ "crv": curve, "kty": "EC", "x": text(x), "y": text(y) })
            }),
            _ => (keys.ed_pub_components_from_private_key)(der, &EllipticCurve::Ed25519)
                .map(|x| json!({ "crv": "Ed25519", "kty": "OKP", "x": text(x) })),
        };
        let public = public.map_err(|error| unfit(algorithm, error))?;
        Ok(Self { algorithm, signing, public, clock: Arc::new(SystemClock) })
    }

    /// Tells the time by this clock, which should be that of the `Auth`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A fresh one that tells the time by this clock.
    pub(super) fn by_clock(clock: &Arc<dyn Clock>) -> Self {
        Self { clock: Arc::clone(clock), ..Self::new() }
    }

    /// The private key, as PEM text in PKCS #8.
    pub fn private_pem(&self) -> String {
        let encoded = STANDARD.encode(self.signing.as_bytes());
        let lines = encoded.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n");
        format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n", lines.collect::<String>())
    }

    /// The public key, as a JSON Web Key.
    pub fn public_jwk(&self) -> Value {
        self.public.clone()
    }

    /// The base64url of its SHA-256 thumbprint (RFC 7638), which a token has in `cnf.jkt`.
    pub fn thumbprint(&self) -> String {
        // serde_json writes members in the order of their names, and no space.
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.public.to_string()))
    }

    /// Starts a proof for a request with this method to this URL, without a token and a nonce, and with a `jti` of its own.
    pub fn proof(&self, method: impl Into<String>, url: impl Into<String>) -> TestProof {
        let since = self.clock.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let now = UnixTime::try_from(since.as_secs()).unwrap_or(UnixTime::MAX);
        let mut id = [0; 16];
        // Without randomness all have one, and the second is refused.
        let _ = getrandom::fill(&mut id);
        let mut header = Map::new();
        header.insert("typ".into(), "dpop+jwt".into());
        header.insert("alg".into(), self.algorithm.name().into());
        header.insert("jwk".into(), self.public.clone());
        let mut claims = Map::new();
        claims.insert("jti".into(), URL_SAFE_NO_PAD.encode(id).into());
        claims.insert("htm".into(), method.into().into());
        claims.insert("htu".into(), url.into().into());
        claims.insert("iat".into(), now.into());
        TestProof { key: self.clone(), header, claims, now, forged: false }
    }
}

fn unfit(algorithm: Algorithm, error: impl fmt::Display) -> String {
    format!("the private key does not fit {algorithm}: {error}")
}

impl Default for TestDpopKey {
    fn default() -> Self {
        Self::new()
    }
}

/// A proof in the making.
#[derive(Clone, Debug)]
#[must_use = "call `sign` for the proof's text"]
pub struct TestProof {
    key: TestDpopKey,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    now: UnixTime,
    forged: bool,
}

impl TestProof {
    /// Sets `ath`: the proof is for this access token.
    pub fn token(self, token: impl AsRef<[u8]>) -> Self {
        self.claim("ath", URL_SAFE_NO_PAD.encode(Sha256::digest(token)))
    }

    /// Sets `nonce`, as an answer gave it in `DPoP-Nonce`.
    pub fn nonce(self, nonce: impl Into<String>) -> Self {
        self.claim("nonce", nonce.into())
    }

    /// Made so many seconds from now; negative is in the past.
    pub fn issued_in(self, seconds: i64) -> Self {
        let at = self.now.saturating_add(seconds);
        self.claim("iat", at)
    }

    /// Sets any claim.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Leaves a claim or a member of the header out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self.header.remove(name);
        self
    }

    /// Sets any member of the header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.header.insert(name.into(), value.into());
        self
    }

    /// Signed by another key than the header has.
    pub fn wrong_key(mut self) -> Self {
        self.forged = true;
        self
    }

    /// The proof.
    ///
    /// # Panics
    /// When the key cannot sign.
    pub fn sign(self) -> String {
        signed(self.header, self.claims, (self.key.algorithm, &self.key.signing), self.forged)
    }
}
