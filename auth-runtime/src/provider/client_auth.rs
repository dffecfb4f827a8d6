//! How we prove to the endpoint who we are (RFC 6749 section 2.3, RFC 7523 section 2.2).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::json;
use zeroize::Zeroizing;

use crate::crypto::{Algorithm, KeyKind, PROVIDER, signing_key};
use crate::time::UnixTime;

/// How long an assertion is good, in seconds.
const ASSERTION_LIFETIME: UnixTime = 60;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials of this service at the authorization server, as a user gives them.
#[derive(Clone)]
pub(crate) enum Client {
    SecretBasic {
        id: Box<str>,
        secret: Zeroizing<String>,
    },
    SecretPost {
        id: Box<str>,
        secret: Zeroizing<String>,
    },
    PrivateKey(PrivateKeyJwt),
    /// A key of the signature that is the secret itself (`client_secret_jwt`).
    #[cfg(feature = "outgoing")]
    SecretJwt {
        id: Box<str>,
        secret: Zeroizing<String>,
    },
    /// Nothing: the client has no secret.
    #[cfg(feature = "login")]
    Public {
        id: Box<str>,
    },
}

impl Client {
    /// What this service is called there.
    #[cfg(any(feature = "redis", feature = "outgoing"))]
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::SecretBasic { id, .. } | Self::SecretPost { id, .. } => id,
            #[cfg(feature = "outgoing")]
            Self::SecretJwt { id, .. } => id,
            #[cfg(feature = "login")]
            Self::Public { id } => id,
            Self::PrivateKey(key) => &key.client,
        }
    }
}

/// A private key with which this service proves who it is (`private_key_jwt`, RFC 7523 section 2.2).
///
/// ```
/// use auth_runtime::Algorithm;
/// use auth_runtime::introspection::PrivateKeyJwt;
///
/// # let pem = "-----BEGIN PRIVATE KEY-----…";
/// let key = PrivateKeyJwt::new("orders-api", Algorithm::ES256, pem).key_id("2026-a");
/// assert!(!format!("{key:?}").contains("PRIVATE KEY"), "keys are never shown");
/// ```
#[derive(Clone)]
pub struct PrivateKeyJwt {
    client: Box<str>,
    algorithm: Algorithm,
    pem: Zeroizing<Vec<u8>>,
    key_id: Option<Box<str>>,
    audience: Option<Box<str>>,
}

impl PrivateKeyJwt {
    /// The client's id, and its private key as PEM text in PKCS #8, to sign with this algorithm.
    pub fn new(client: impl Into<Box<str>>, algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Self {
        let pem = Zeroizing::new(pem.as_ref().to_vec());
        Self { client: client.into(), algorithm, pem, key_id: None, audience: None }
    }

    /// The key's id at the server: the `kid` of the assertions.
    #[must_use]
    pub fn key_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// The `aud` of the assertions; by default the URL of the introspection endpoint, and where people sign in the issuer.
    /// Many servers want their issuer identifier.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.audience = Some(audience.into());
        self
    }
}

/// Never the key.
impl fmt::Debug for PrivateKeyJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKeyJwt")
            .field("client", &self.client)
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Never a secret.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretBasic { id, .. } => f.debug_tuple("SecretBasic").field(id).finish(),
            Self::SecretPost { id, .. } => f.debug_tuple("SecretPost").field(id).finish(),
            Self::PrivateKey(key) => key.fmt(f),
            #[cfg(feature = "outgoing")]
            Self::SecretJwt { id, .. } => f.debug_tuple("SecretJwt").field(id).finish(),
            #[cfg(feature = "login")]
            Self::Public { id } => f.debug_tuple("Public").field(id).finish(),
        }
    }
}

/// Credentials that can be used.
pub(crate) enum Prover {
    /// The value of `Authorization`.
    Header(Zeroizing<String>),
    /// What precedes the token in the body.
    Form(Zeroizing<String>),
    Assertion {
        signing: EncodingKey,
        algorithm: Algorithm,
        header: String,
        client: Box<str>,
        audience: Box<str>,
    },
}

/// The method that gave the credentials, and what is wrong with them.
pub(crate) type ClientFault = (&'static str, &'static str);

impl Client {
    /// # Errors
    /// Where no server could accept them.
    pub(crate) fn prover(&self, endpoint: &str) -> Result<Prover, ClientFault> {
        let secret_fault = |method, id: &str, secret: &str| match (id, secret) {
            ("", _) => Err((method, "the client id is empty; give the one this service is registered under")),
            (_, "") => Err((method, "the client secret is empty; give the one the server issued")),
            _ => Ok(()),
        };
        match self {
            Self::SecretBasic { id, secret } => {
                secret_fault("client_secret_basic", id, secret)?;
                // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
                let mut pair = Zeroizing::new(String::with_capacity(3 * (id.len() + secret.len()) + 1));
                push_form(&mut pair, id.as_bytes());
                pair.push(':');
                push_form(&mut pair, secret.as_bytes());
                let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
                Ok(Prover::Header(Zeroizing::new(format!("Basic {}", *encoded))))
            }
            Self::SecretPost { id, secret } => {
                secret_fault("client_secret_post", id, secret)?;
                let mut form = Zeroizing::new(String::with_capacity(3 * (id.len() + secret.len()) + 32));
                form.push_str("client_id=");
                push_form(&mut form, id.as_bytes());
                form.push_str("&client_secret=");
                push_form(&mut form, secret.as_bytes());
                form.push('&');
                Ok(Prover::Form(form))
            }
            Self::PrivateKey(key) => key.prover(endpoint),
            #[cfg(feature = "outgoing")]
            Self::SecretJwt { id, secret } => {
                secret_fault("client_secret_jwt", id, secret)?;
                // RFC 7518 section 3.2: no shorter than the hash.
                if secret.len() < 32 {
                    return Err(("client_secret_jwt", "the secret is shorter than 32 bytes, too short to sign with"));
                }
                Ok(Prover::Assertion {
                    signing: EncodingKey::from_secret(secret.as_bytes()),
                    algorithm: Algorithm::HS256,
                    header: URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "typ": "JWT"}).to_string()),
                    client: id.clone(),
                    audience: endpoint.into(),
                })
            }
            #[cfg(feature = "login")]
            Self::Public { id } => {
                secret_fault("public", id, "none")?;
                let mut form = Zeroizing::new(String::from("client_id="));
                push_form(&mut form, id.as_bytes());
                form.push('&');
                Ok(Prover::Form(form))
            }
        }
    }
}

impl PrivateKeyJwt {
    fn prover(&self, endpoint: &str) -> Result<Prover, ClientFault> {
        const METHOD: &str = "private_key_jwt";
        if self.client.is_empty() {
            return Err((METHOD, "the client id is empty; give the one this service is registered under"));
        }
        if self.algorithm.kind() == KeyKind::Secret {
            return Err((METHOD, "the algorithm takes a shared secret; name that of the private key"));
        }
        let unfit = (METHOD, "the key is not a private key for its algorithm; give PEM text in PKCS #8");
        let signing = signing_key(self.algorithm, &self.pem).map_err(|_| unfit)?;
        let mut header = json!({"alg": self.algorithm.name(), "typ": "JWT"});
        if let (Some(id), Some(header)) = (&self.key_id, header.as_object_mut()) {
            header.insert("kid".into(), json!(id));
        }
        let prover = Prover::Assertion {
            signing,
            algorithm: self.algorithm,
            header: URL_SAFE_NO_PAD.encode(header.to_string()),
            client: self.client.clone(),
            audience: self.audience.clone().unwrap_or_else(|| endpoint.into()),
        };
        // Some keys only turn out unfit when they sign.
        prover.assertion(0).map(|_| prover).ok_or(unfit)
    }
}

impl Prover {
    /// The fields and the body of a request with these parameters and the credentials; `None` when these cannot be made.
    pub(crate) fn request(
        &self,
        parameters: &[(&str, &[u8])],
        now: UnixTime,
    ) -> Option<(HeaderMap, Zeroizing<String>)> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.extend(self.authorization().map(|value| (AUTHORIZATION, value)));
        let credentials = self.form(now)?;
        let longest = parameters.iter().map(|(name, value)| name.len() + 3 * value.len() + 2);
        // What grows leaves copies of secrets behind.
        let mut form = Zeroizing::new(String::with_capacity(credentials.len() + longest.sum::<usize>()));
        form.push_str(&credentials);
        for (place, (name, value)) in parameters.iter().enumerate() {
            form.push_str(if place > 0 { "&" } else { "" });
            form.push_str(name);
            form.push('=');
            push_form(&mut form, value);
        }
        Some((headers, form))
    }

    /// The value of `Authorization`, where that is how the credentials travel.
    fn authorization(&self) -> Option<HeaderValue> {
        let Self::Header(value) = self else { return None };
        let mut value = HeaderValue::try_from(value.as_str()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Credentials for the body, ending in `&`; `None` when they cannot be made.
    fn form(&self, now: UnixTime) -> Option<Zeroizing<String>> {
        match self {
            Self::Header(_) => Some(Zeroizing::default()),
            Self::Form(form) => Some(form.clone()),
            Self::Assertion { client, .. } => {
                let mut form = Zeroizing::new(String::from("client_id="));
                push_form(&mut form, client.as_bytes());
                form.push_str("&client_assertion_type=");
                push_form(&mut form, ASSERTION_TYPE.as_bytes());
                form.push_str("&client_assertion=");
                form.push_str(&self.assertion(now)?);
                form.push('&');
                Some(form)
            }
        }
    }

    fn assertion(&self, now: UnixTime) -> Option<Zeroizing<String>> {
        let Self::Assertion { signing, algorithm, header, client, audience } = self else { return None };
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        let claims = json!({
            "iss": client, "sub": client, "aud": audience,
            "jti": URL_SAFE_NO_PAD.encode(id), "iat": now, "exp": now.saturating_add(ASSERTION_LIFETIME),
        });
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signer = (PROVIDER.signer_factory)(&algorithm.backend(), signing).ok()?;
        let signature = signer.try_sign(message.as_bytes()).ok()?;
        Some(Zeroizing::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// Every byte that any reader could take for something else is encoded, a space too: some servers know no `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends as `application/x-www-form-urlencoded` (RFC 6749 appendix B).
fn push_form(form: &mut String, bytes: &[u8]) {
    form.extend(percent_encode(bytes, FORM));
}
