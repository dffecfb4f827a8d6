//! The builder a user writes: which tokens count. The options that need not be said are in `options`.

#[cfg(feature = "jwks")]
use std::error::Error;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use crate::authorities::AuthorityLoader;
use crate::crypto::Algorithm;
use crate::jwt::claims::Audience;
#[cfg(feature = "jwks")]
use crate::jwt::issuer::Issuer;
use crate::jwt::opaque::OpaqueSettings;
use crate::jwt::ready::{Audiences, Clients, Said, Unsaid};
use crate::jwt::settings::{Carriers, JwtSettings};
#[cfg(feature = "jwks")]
use crate::jwt::tenants::Find;
use crate::keys::Key;

/// Which JWTs the `bearer` scheme accepts (RFC 6750, RFC 7519, RFC 8725).
///
/// Start with a key, then say whose tokens are trusted and for whom they must be meant; until both are said,
/// `.bearer(…)` does not compile. Every token also needs `exp` and `sub`, an `alg` that is its key's own, no unknown
/// `crit`, a `typ` of `JWT`, `at+jwt` or none, and must not be bound to a key of the client (`cnf`).
///
/// Nothing here fails: what is wrong with a key or an option comes up in `Auth::build()`.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::Jwt;
///
/// let jwt = Jwt::hs256([7; 32])
///     .issuer("https://idp.example")
///     .audience("https://api.example")
///     .leeway(Duration::from_secs(30))
///     .roles_claim(["realm_access", "roles"]);
/// assert!(!format!("{jwt:?}").contains("7, 7"), "secrets are never shown");
/// ```
///
/// An incomplete one is refused by the compiler:
///
/// ```compile_fail
/// use auth_runtime::{Auth, Jwt};
///
/// Auth::builder().bearer(Jwt::hs256([7; 32]).issuer("https://idp.example")); // for whom?
/// ```
#[derive(Clone, Debug)]
pub struct Jwt<I = Unsaid, A = Unsaid> {
    pub(crate) settings: JwtSettings,
    pub(crate) carriers: Carriers,
    pub(crate) authorities: Option<AuthorityLoader>,
    pub(crate) opaque: Option<Arc<dyn OpaqueSettings>>,
    said: PhantomData<fn() -> (I, A)>,
}

/// Starting with a key.
impl Jwt {
    /// Tokens signed with this key or by a key of this set.
    pub fn key(key: Key) -> Self {
        Self::keys(vec![key])
    }

    fn keys(keys: Vec<Key>) -> Self {
        Self {
            settings: JwtSettings::new(keys),
            carriers: Carriers::default(),
            authorities: None,
            opaque: None,
            said: PhantomData,
        }
    }

    /// Tokens signed with HS256 and this shared secret: at least 32 random bytes.
    pub fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::key(Key::hs256(secret))
    }

    /// Tokens signed with HS384 and this shared secret: at least 48 random bytes.
    pub fn hs384(secret: impl AsRef<[u8]>) -> Self {
        Self::key(Key::hs384(secret))
    }

    /// Tokens signed with HS512 and this shared secret: at least 64 random bytes.
    pub fn hs512(secret: impl AsRef<[u8]>) -> Self {
        Self::key(Key::hs512(secret))
    }

    /// Tokens signed by the private half of this public key, given as PEM text, with this algorithm.
    pub fn public_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Self {
        Self::key(Key::public_pem(algorithm, pem))
    }

    /// Tokens signed by the private half of this public key, given in DER, with this algorithm.
    pub fn public_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Self {
        Self::key(Key::public_der(algorithm, der))
    }

    /// Tokens signed with this JSON Web Key. See [`Key::jwk`].
    pub fn jwk(json: impl AsRef<[u8]>) -> Self {
        Self::key(Key::jwk(json))
    }

    /// Tokens signed by a key of this JSON Web Key set. See [`Key::jwk_set`].
    pub fn jwk_set(json: impl AsRef<[u8]>) -> Self {
        Self::key(Key::jwk_set(json))
    }

    /// Tokens signed by a key of the JSON Web Key set in this file, which is read again when it changes. See
    /// [`Key::jwk_set_file`].
    pub fn jwk_set_file(path: impl Into<PathBuf>) -> Self {
        Self::key(Key::jwk_set_file(path))
    }
}

/// Starting with an identity provider.
#[cfg(feature = "jwks")]
impl Jwt {
    /// Tokens of this OpenID provider, signed with the keys it publishes. Its URL is the exact `iss` of its tokens; for
    /// whom they must be meant is still to be said. See [`Issuer::oidc`].
    ///
    /// ```
    /// use auth_runtime::{Auth, Jwt};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = Auth::builder()
    ///     .bearer(Jwt::oidc("https://idp.example").audience("https://api.example"))
    ///     .build()?;
    /// assert!(!auth.is_ready(), "the first fetch is under way; until then its tokens are answered 503");
    /// # Ok(())
    /// # }
    /// ```
    pub fn oidc(url: impl Into<Box<str>>) -> Jwt<Said, Unsaid> {
        let url = url.into();
        Self::key(Key::discovered(url.clone())).issuer(url)
    }

    /// Tokens of issuers that `find` knows, for services of many tenants: it is given a token's `iss` and says which issuer
    /// that is, or that it is none. For whom tokens must be meant is still to be said, here for all or by each [`Issuer`].
    ///
    /// A tenant is remembered for 15 minutes, then looked for again in the background, and no longer than the stale limit
    /// where that fails; a name without a tenant for one minute. At most 1000 tenants are remembered, at most ten
    /// calls a second are made for names that are not, after a burst of 50; beyond that, and where `find` fails or takes
    /// longer than [`provider_timeout`](Self::provider_timeout), the answer is 503. An issuer of another name than the
    /// one that was asked for counts as a failure.
    ///
    /// `find` runs on a thread of its own with a tokio runtime, shared with everything that asks providers, so it must not
    /// block. Issuers known from the start are added with [`add_issuer`](Self::add_issuer). Among several configurations in
    /// `any(…)` name this one last: it recognizes every `iss` that is not known to be nobody's.
    ///
    /// # Security
    /// `iss` is the caller's word: take it as a key into what you know, never as an address. Whoever is found here vouches
    /// for any subject it likes; two principals are the same only if their issuers are.
    ///
    /// ```
    /// use auth_runtime::Jwt;
    /// use auth_runtime::jwt::Issuer;
    ///
    /// # use std::convert::Infallible;
    /// async fn find(iss: String) -> Result<Option<Issuer>, Infallible> {
    ///     let customers = ["https://idp.example/acme", "https://idp.example/globex"]; // from a database
    ///     Ok(customers.contains(&&*iss).then(|| Issuer::oidc(iss)))
    /// }
    ///
    /// let jwt = Jwt::tenants(find).audience("https://api.example");
    /// assert!(format!("{jwt:?}").contains("Find"));
    /// ```
    pub fn tenants<F, R, E>(find: F) -> Jwt<Said, Unsaid>
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<Issuer>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut jwt = Self::keys(Vec::new());
        jwt.settings.tenants = Some(Find::new(find));
        jwt.state()
    }

    /// Tokens signed by a key of the JSON Web Key set at this URL. See [`Key::jwks_url`].
    pub fn jwks_url(url: impl Into<Box<str>>) -> Self {
        Self::key(Key::jwks_url(url))
    }
}

/// Whose tokens are trusted.
impl<A> Jwt<Unsaid, A> {
    /// Tokens whose `iss` is exactly this, byte for byte. Further issuers come with [`add_issuer`](Jwt::add_issuer).
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Jwt<Said, A> {
        self.settings.acceptance.issuer.name = Some(issuer.into().into());
        self.state()
    }

    /// Tokens of any issuer, or of none, as long as the key signed them.
    ///
    /// # Security
    /// Whoever shares the key can vouch for anybody. Right only where one party alone holds the signing key and puts no
    /// `iss` into its tokens.
    pub fn dangerous_any_issuer(self) -> Jwt<Said, A> {
        self.state()
    }
}

/// For whom a token must be meant.
impl<I> Jwt<I, Unsaid> {
    /// Tokens whose `aud` is this or contains it: the name of this service at the issuer. Called again, any of the values
    /// will do.
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Jwt<I, Audiences> {
        self.settings.acceptance.issuer.add_audience(audience.into());
        self.state()
    }

    /// Tokens that were issued to this client: `client_id` or `azp` is this, for providers whose access tokens carry no
    /// audience. A token that does carry `aud` must name the client there (RFC 7519 section 4.1.3). Called again, any of
    /// the values will do.
    ///
    /// # Security
    /// This tells who asked for the token, not for whom it is meant: a token that the same client got for another service
    /// is accepted here too. Prefer [`audience`](Self::audience) where the provider can be made to send one.
    pub fn client_id(mut self, client: impl Into<Box<str>>) -> Jwt<I, Clients> {
        self.settings.acceptance.issuer.add_client(client.into());
        self.state()
    }

    /// Tokens meant for anybody.
    ///
    /// # Security
    /// A token that the issuer made for another service, which that service received from its caller, can be used here.
    pub fn dangerous_any_audience(mut self) -> Jwt<I, Said> {
        self.settings.acceptance.issuer.audience = Some(Audience::Any);
        self.state()
    }
}

impl<I> Jwt<I, Audiences> {
    /// A further value that will do for `aud`.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.settings.acceptance.issuer.add_audience(audience.into());
        self
    }
}

impl<I> Jwt<I, Clients> {
    /// A further client that will do.
    ///
    /// # Security
    /// As for the first.
    #[must_use]
    pub fn client_id(mut self, client: impl Into<Box<str>>) -> Self {
        self.settings.acceptance.issuer.add_client(client.into());
        self
    }
}

impl<I, A> Jwt<I, A> {
    fn state<J, B>(self) -> Jwt<J, B> {
        Jwt {
            settings: self.settings,
            carriers: self.carriers,
            authorities: self.authorities,
            opaque: self.opaque,
            said: PhantomData,
        }
    }
}
