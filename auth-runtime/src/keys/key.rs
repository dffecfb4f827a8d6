//! Where verification keys come from.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::crypto::{Algorithm, KeyKind};
use crate::keys::KeyError;
#[cfg(feature = "jwks")]
use crate::keys::KeySetAddress;
use crate::keys::der;
use crate::keys::jwk::{self, Candidate};
use crate::keys::keyring::KeyringOptions;
use crate::keys::material::Material;
#[cfg(feature = "jwks")]
use crate::provider::endpoint::Endpoint;
use crate::telemetry::foreign;

/// One key that verifies tokens, or one set of them.
///
/// Constructors cannot fail: what is wrong with a key comes up in `Auth::build()`, by name. [`Jwt`](crate::Jwt) has a
/// constructor for each of these; this type is for the second key and for further issuers.
///
/// ```
/// use auth_runtime::{Algorithm, Jwt};
/// use auth_runtime::jwt::Key;
///
/// # let (current, next) = ("-----BEGIN PUBLIC KEY-----…", "-----BEGIN PUBLIC KEY-----…");
/// let jwt = Jwt::key(Key::public_pem(Algorithm::ES256, current).id("2026-a"))
///     .add_key(Key::public_pem(Algorithm::ES256, next).id("2026-b"));
/// assert!(format!("{jwt:?}").contains("2026-b"));
/// ```
#[derive(Clone)]
pub struct Key {
    source: KeyInput,
    id: Option<Box<str>>,
}

#[derive(Clone)]
enum KeyInput {
    Secret(Algorithm, Zeroizing<Vec<u8>>),
    PublicPem(Algorithm, Zeroizing<Vec<u8>>),
    PublicDer(Algorithm, Zeroizing<Vec<u8>>),
    Jwk(Zeroizing<Vec<u8>>),
    JwkSet(Zeroizing<Vec<u8>>),
    JwkSetFile(PathBuf),
    #[cfg(feature = "jwks")]
    JwkSetUrl(Box<str>),
    /// The set that this issuer's metadata name.
    #[cfg(feature = "jwks")]
    Discovered(Box<str>),
}

/// A source, read as far as it can be once.
pub(crate) enum Loaded {
    Fixed(Vec<Candidate>),
    File(PathBuf),
    #[cfg(feature = "jwks")]
    Remote(KeySetAddress),
}

impl Key {
    fn new(source: KeyInput) -> Self {
        Self { source, id: None }
    }

    /// A shared secret for HS256: at least 32 random bytes.
    pub fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::Secret(Algorithm::HS256, copy(secret)))
    }

    /// A shared secret for HS384: at least 48 random bytes.
    pub fn hs384(secret: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::Secret(Algorithm::HS384, copy(secret)))
    }

    /// A shared secret for HS512: at least 64 random bytes.
    pub fn hs512(secret: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::Secret(Algorithm::HS512, copy(secret)))
    }

    /// A public key as PEM text, `PUBLIC KEY` or `RSA PUBLIC KEY`, for this algorithm alone.
    pub fn public_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::PublicPem(algorithm, copy(pem)))
    }

    /// A public key in DER, a SubjectPublicKeyInfo or an RSAPublicKey, for this algorithm alone.
    pub fn public_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::PublicDer(algorithm, copy(der)))
    }

    /// A JSON Web Key (RFC 7517 section 4). Without `alg`, RSA means RS256 and EC its curve's algorithm; a shared secret
    /// needs its `alg`. [`Jwt::key_algorithms`](crate::Jwt::key_algorithms) says otherwise. A key with a member `issuer`, as
    /// Entra ID writes it, verifies tokens of that issuer only; `{tenantid}` in it stands for any one tenant.
    pub fn jwk(json: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::Jwk(copy(json)))
    }

    /// A JSON Web Key set (RFC 7517 section 5). Keys that cannot be used are skipped, the others count: keys for
    /// encryption, of unsupported kinds, too weak, with private parts or a member twice, shared secrets beside public keys,
    /// and keys that share `kid` and `alg` but differ.
    pub fn jwk_set(json: impl AsRef<[u8]>) -> Self {
        Self::new(KeyInput::JwkSet(copy(json)))
    }

    /// A file with a JSON Web Key set, read again when its content changes, looked at once a second. Content that
    /// is not a set, or holds no usable key, leaves the last good keys in force, with a warning in the log; a set whose
    /// `keys` is an empty array takes all of them away.
    pub fn jwk_set_file(path: impl Into<PathBuf>) -> Self {
        Self::new(KeyInput::JwkSetFile(path.into()))
    }

    /// The JSON Web Key set at this URL, fetched in the background: first when the configuration is made, then before it
    /// is too old, and when a token names a key that is not in it. A set without a usable key is asked for again within
    /// seconds, and a token whose signature does not fit the key it names has the set fetched once in five minutes: the
    /// provider may have put another key in its place. Until a first key comes, tokens are answered 503.
    ///
    /// Keys that cannot be used are skipped, as in [`jwk_set`](Self::jwk_set); shared secrets never come from a URL. A key
    /// the provider takes out stops verifying with the next fetch. How often that is, and how long the last good set
    /// serves while the provider is away, say [`Jwt::jwks_refresh`](crate::Jwt::jwks_refresh) and
    /// [`Jwt::jwks_max_staleness`](crate::Jwt::jwks_max_staleness).
    ///
    /// The URL must be https, except on loopback hosts and those of
    /// [`Jwt::dangerous_plain_http`](crate::Jwt::dangerous_plain_http). Redirects are not followed. The certificates that count
    /// are those of the system, which `SSL_CERT_FILE` replaces, and of [`Jwt::root_certificate`](crate::Jwt::root_certificate); a
    /// proxy is used where [`Jwt::proxy`](crate::Jwt::proxy) or
    /// [`Jwt::proxy_from_environment`](crate::Jwt::proxy_from_environment) says so.
    #[cfg(feature = "jwks")]
    pub fn jwks_url(url: impl Into<Box<str>>) -> Self {
        Self::new(KeyInput::JwkSetUrl(url.into()))
    }

    /// The set that the metadata of this issuer name.
    #[cfg(feature = "jwks")]
    pub(crate) fn discovered(issuer: Box<str>) -> Self {
        Self::new(KeyInput::Discovered(issuer))
    }

    /// Whether it is found by the metadata of its issuer.
    #[cfg(all(feature = "jwks", feature = "openapi"))]
    pub(crate) fn is_discovered(&self) -> bool {
        matches!(self.source, KeyInput::Discovered(_))
    }

    /// The key's id, which a token names in `kid`. A token that names another id never meets this key; a key without
    /// an id is tried on every token whose `kid` no other key has. Sets bring their own ids.
    #[must_use]
    pub fn id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    pub(crate) fn load(&self, options: &KeyringOptions) -> Result<Loaded, KeyError> {
        let rules = &options.rules;
        let one = |algorithm, material: Material| -> Result<Loaded, KeyError> {
            material.bind(algorithm)?;
            Ok(Loaded::Fixed(vec![Candidate { id: self.id.clone(), algorithm, material, issuer: None }]))
        };
        match &self.source {
            KeyInput::Secret(algorithm, secret) => one(*algorithm, Material::secret(secret)?),
            KeyInput::PublicPem(algorithm, pem) => one(public(*algorithm)?, der::from_pem(pem)?),
            KeyInput::PublicDer(algorithm, der) => one(public(*algorithm)?, der::from_der(der)?),
            KeyInput::Jwk(json) => {
                let mut keys = jwk::key(json, rules)?;
                if self.id.is_some() {
                    keys.iter_mut().for_each(|key| key.id.clone_from(&self.id));
                }
                Ok(Loaded::Fixed(keys))
            }
            KeyInput::JwkSet(_) | KeyInput::JwkSetFile(_) if self.id.is_some() => Err(KeyError::IdForSet),
            #[cfg(feature = "jwks")]
            KeyInput::JwkSetUrl(_) | KeyInput::Discovered(_) if self.id.is_some() => Err(KeyError::IdForSet),
            #[cfg(feature = "jwks")]
            KeyInput::JwkSetUrl(url) => Ok(Loaded::Remote(KeySetAddress::Url(endpoint(options, url)?))),
            #[cfg(feature = "jwks")]
            KeyInput::Discovered(issuer) => {
                // OpenID Connect Discovery 1.0 section 3: the well-known path could not be added.
                if endpoint(options, issuer)?.url().query().is_some() {
                    return Err(KeyError::UrlRefused {
                        fault: "the issuer has a query; take out `?` and what follows",
                    });
                }
                Ok(Loaded::Remote(KeySetAddress::Issuer(issuer.clone())))
            }
            KeyInput::JwkSet(json) => {
                let set = jwk::set(json, rules)?;
                if set.keys.is_empty() {
                    return Err(KeyError::SetEmpty { skipped: set.skipped });
                }
                for skipped in &set.skipped {
                    tracing::warn!(skipped = foreign(skipped), "a key of a JWK set cannot be used");
                }
                Ok(Loaded::Fixed(set.keys))
            }
            KeyInput::JwkSetFile(path) => Ok(Loaded::File(path.clone())),
        }
    }

    /// Where it comes from, for reviewers.
    pub(crate) fn origin(&self) -> String {
        let from = match &self.source {
            // Its folder is another one on every machine.
            KeyInput::JwkSetFile(path) => {
                path.file_name().map(|name| format!(" {}", name.display())).unwrap_or_default()
            }
            #[cfg(feature = "jwks")]
            KeyInput::JwkSetUrl(url) | KeyInput::Discovered(url) => {
                format!(" {}", url.split(['?', '#']).next().unwrap_or_default())
            }
            _ => String::new(),
        };
        format!("{}{from}", self.describe().replace('`', ""))
    }

    /// Whether a provider publishes it.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self.source, KeyInput::JwkSetUrl(_) | KeyInput::Discovered(_))
    }

    /// As error messages and `Debug` name it: no part of the key.
    pub(crate) fn describe(&self) -> String {
        let source = match &self.source {
            KeyInput::Secret(Algorithm::HS384, _) => "hs384",
            KeyInput::Secret(Algorithm::HS512, _) => "hs512",
            KeyInput::Secret(..) => "hs256",
            KeyInput::PublicPem(..) => "public_pem",
            KeyInput::PublicDer(..) => "public_der",
            KeyInput::Jwk(_) => "jwk",
            KeyInput::JwkSet(_) => "jwk_set",
            KeyInput::JwkSetFile(_) => "jwk_set_file",
            #[cfg(feature = "jwks")]
            KeyInput::JwkSetUrl(_) => "jwks_url",
            #[cfg(feature = "jwks")]
            KeyInput::Discovered(_) => "oidc",
        };
        match &self.id {
            Some(id) => format!("`{source}` with id `{}`", id.escape_debug()),
            None => format!("`{source}`"),
        }
    }
}

/// Never the key itself.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.describe())
    }
}

fn copy(bytes: impl AsRef<[u8]>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.as_ref().to_vec())
}

#[cfg(feature = "jwks")]
fn endpoint(options: &KeyringOptions, url: &str) -> Result<Endpoint, KeyError> {
    options.key_sets.transport.endpoint(url).map_err(|fault| KeyError::UrlRefused { fault: fault.0 })
}

fn public(algorithm: Algorithm) -> Result<Algorithm, KeyError> {
    match algorithm.kind() {
        KeyKind::Secret => Err(KeyError::AlgorithmNeedsSecret { algorithm }),
        _ => Ok(algorithm),
    }
}
