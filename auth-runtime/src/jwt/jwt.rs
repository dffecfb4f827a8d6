//! The builder a user writes: which tokens count.

#[cfg(feature = "jwks")]
use std::error::Error;
use std::marker::PhantomData;
#[cfg(feature = "jwks")]
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::crypto::Algorithm;
#[cfg(feature = "introspection")]
use crate::introspection::{OpaqueSettings, ReadyIntrospection};
use crate::jwt::claims::Audience;
use crate::jwt::issuer::Issuer;
use crate::jwt::ready::{Audiences, Clients, Said, Unsaid};
#[cfg(feature = "jwks")]
use crate::jwt::tenants::Find;
use crate::keys::Key;
#[cfg(feature = "jwks")]
use crate::keys::KeySetOptions;
use crate::revocation::{Consulted, Revocations};

/// The longest token that is looked at: 16 KiB.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// How much memory verified tokens may take: 32 MiB.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

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
    said: PhantomData<fn() -> (I, A)>,
}

/// What a [`Jwt`] was told.
#[derive(Clone, Debug)]
pub struct JwtSettings {
    pub(crate) first: Issuer,
    pub(crate) others: Vec<Issuer>,
    pub(crate) leeway: Duration,
    pub(crate) max_token_bytes: usize,
    pub(crate) access_token_profile: bool,
    pub(crate) subject_claim: Box<str>,
    pub(crate) roles_claim: Vec<Box<str>>,
    pub(crate) secrets_beside_public_keys: bool,
    pub(crate) cache_bytes: usize,
    pub(crate) revocations: Option<Consulted>,
    pub(crate) cookie: Option<Box<str>>,
    pub(crate) query_parameter: Option<Box<str>>,
    #[cfg(feature = "jwks")]
    pub(crate) key_sets: KeySetOptions,
    #[cfg(feature = "jwks")]
    pub(crate) tenants: Option<Find>,
    #[cfg(feature = "introspection")]
    pub(crate) opaque: Option<Box<OpaqueSettings>>,
}

#[cfg(feature = "introspection")]
impl JwtSettings {
    /// Takes over a store of revocations, unless it has its own.
    pub(crate) fn inherit_revocations(&mut self, revocations: &Option<Consulted>) {
        if self.revocations.is_none() {
            self.revocations.clone_from(revocations);
        }
    }

    /// The same, with somebody to ask about opaque tokens.
    pub(crate) fn with_opaque(mut self, opaque: OpaqueSettings) -> Self {
        self.opaque = Some(Box::new(opaque));
        self
    }
}

/// Starting with a key.
impl Jwt {
    /// Tokens signed with this key or by a key of this set.
    pub fn key(key: Key) -> Self {
        Self::from_issuer(Issuer::unnamed(key))
    }

    /// No key verifies these: what their issuer says of them counts.
    #[cfg(feature = "introspection")]
    pub(crate) fn keyless() -> Self {
        Self::from_issuer(Issuer::keyless())
    }

    fn from_issuer(first: Issuer) -> Self {
        Self {
            settings: JwtSettings {
                first,
                others: Vec::new(),
                leeway: Duration::from_secs(60),
                max_token_bytes: MAX_TOKEN_BYTES,
                access_token_profile: false,
                subject_claim: "sub".into(),
                roles_claim: vec!["roles".into()],
                secrets_beside_public_keys: false,
                cache_bytes: CACHE_BYTES,
                revocations: None,
                cookie: None,
                query_parameter: None,
                #[cfg(feature = "jwks")]
                key_sets: KeySetOptions::default(),
                #[cfg(feature = "jwks")]
                tenants: None,
                #[cfg(feature = "introspection")]
                opaque: None,
            },
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
        let mut jwt = Self::key(Key::discovered("".into()));
        jwt.settings.first = Issuer::oidc(url);
        jwt.state()
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
        let mut jwt = Self::key(Key::discovered("".into()));
        jwt.settings.first.keys.clear();
        jwt.settings.tenants = Some(Find::new(find));
        jwt.state()
    }

    /// Tokens signed by a key of the JSON Web Key set at this URL. See [`Key::jwks_url`].
    pub fn jwks_url(url: impl Into<Box<str>>) -> Self {
        Self::key(Key::jwks_url(url))
    }
}

/// What comes from identity providers, with safe defaults.
#[cfg(feature = "jwks")]
impl<I, A> Jwt<I, A> {
    /// How long a fetched key set holds, in whole seconds: what the provider's `Cache-Control` says, within these bounds,
    /// and ten minutes, within these bounds, where it says nothing; from one minute to one hour unless said. It is
    /// fetched again when 80 % of that time are over.
    ///
    /// # Security
    /// A key that the provider takes out, because it was stolen, verifies for as long. Less than a second, more than a week
    /// and an empty range are refused in `Auth::build()`.
    #[must_use]
    pub fn jwks_refresh(mut self, bounds: RangeInclusive<Duration>) -> Self {
        self.settings.key_sets.refresh = bounds;
        self
    }

    /// How long the last good key set serves while the provider is away, counted from the end of its lifetime; one hour
    /// unless said. After that, tokens are answered 503.
    ///
    /// # Security
    /// Whoever can keep this service from reaching the provider keeps a stolen key alive for as long. More than a week is
    /// refused in `Auth::build()`.
    #[must_use]
    pub fn jwks_max_staleness(mut self, limit: Duration) -> Self {
        self.settings.key_sets.stale_limit = limit;
        self
    }

    /// How long one request to a provider may take, and how long a caller may wait for it; 5 s unless said. Less than
    /// 10 ms and more than a minute are refused in `Auth::build()`.
    #[must_use]
    pub fn provider_timeout(mut self, timeout: Duration) -> Self {
        self.settings.key_sets.timeout = timeout;
        self
    }
}

/// Whose tokens are trusted.
impl<A> Jwt<Unsaid, A> {
    /// Tokens whose `iss` is exactly this, byte for byte. Further issuers come with [`add_issuer`](Jwt::add_issuer).
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Jwt<Said, A> {
        self.settings.first.name = Some(issuer.into());
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
        self.settings.first = self.settings.first.audience(audience);
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
        self.settings.first = self.settings.first.client_id(client);
        self.state()
    }

    /// Tokens meant for anybody.
    ///
    /// # Security
    /// A token that the issuer made for another service, which that service received from its caller, can be used here.
    pub fn dangerous_any_audience(mut self) -> Jwt<I, Said> {
        self.settings.first.audience = Some(Audience::Any);
        self.state()
    }
}

impl<I> Jwt<I, Audiences> {
    /// A further value that will do for `aud`.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.settings.first = self.settings.first.audience(audience);
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
        self.settings.first = self.settings.first.client_id(client);
        self
    }
}

/// Everything else, with safe defaults.
impl<I, A> Jwt<I, A> {
    /// A further key of the first issuer, such as the next one before a change of keys.
    #[must_use]
    pub fn add_key(mut self, key: Key) -> Self {
        self.settings.first.keys.push(key);
        self
    }

    /// A further issuer, with its own keys.
    #[must_use]
    pub fn add_issuer(mut self, issuer: Issuer) -> Self {
        self.settings.others.push(issuer);
        self
    }

    /// The only roles the first issuer may grant. Another one in its tokens counts neither as held nor as missing, so that
    /// neither `role(…)` nor `!role(…)` admits for it. Called again, the lists add up.
    #[must_use]
    pub fn grantable_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.first = self.settings.first.grantable_roles(roles);
        self
    }

    /// The only scopes the first issuer may grant. Another one in its tokens counts neither as held nor as missing, so that
    /// neither `scope(…)` nor `!scope(…)` admits for it. Called again, the lists add up.
    #[must_use]
    pub fn grantable_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.first = self.settings.first.grantable_scopes(scopes);
        self
    }

    /// How far the issuer's clock may be off, in whole seconds; 60 s unless said. Applies to `exp`, `nbf` and `iat`.
    ///
    /// # Security
    /// An expired token stays usable for as long. More than an hour is refused in `Auth::build()`.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.settings.leeway = leeway;
        self
    }

    /// Where a token's roles are: the names of the members to follow, outermost first; `["roles"]` unless said. Each name
    /// is taken whole and may contain dots or colons. The value is an array of strings, or a string that is one role.
    #[must_use]
    pub fn roles_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.roles_claim = path.into_iter().map(Into::into).collect();
        self
    }

    /// Which claim identifies the caller; `sub` unless said. It must be a string that is not empty, and unique at its
    /// issuer: a token without it is refused.
    #[must_use]
    pub fn subject_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.settings.subject_claim = name.into();
        self
    }

    /// Demands the `typ` of RFC 9068, `at+jwt`, so that no ID token of the same issuer passes for an access token.
    #[must_use]
    pub fn access_token_profile(mut self) -> Self {
        self.settings.access_token_profile = true;
        self
    }

    /// The longest token that is looked at, in bytes; 16 KiB unless said. HTTP servers bound all header fields together,
    /// actix to 128 KiB.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_token_bytes = bytes;
        self
    }

    /// How many bytes of memory the verified tokens of this configuration may take, so that the signature of a token is
    /// verified once; 32 MiB unless said, zero remembers nothing.
    ///
    /// Only verified tokens are remembered. `exp` and `nbf` are judged on each request, and so is every condition of the
    /// policy; a change of keys forgets all.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.settings.cache_bytes = bytes;
        self
    }

    /// Consults this store of revocations with every request, also for tokens that are remembered; none unless said. See
    /// [`revocation`](crate::revocation).
    ///
    /// Every token then needs a `jti`: one that nobody could revoke is refused. The store is asked about the tokens of all
    /// issuers of this configuration.
    ///
    /// ```
    /// use auth_runtime::{Jwt, revocation::InMemoryRevocations};
    ///
    /// let revocations = InMemoryRevocations::new();
    /// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("api").revocations(revocations.clone());
    /// revocations.revoke_subject("https://idp.example", "alice", 1_800_000_000);
    /// # assert!(!revocations.is_empty()); let _ = jwt;
    /// ```
    #[must_use]
    pub fn revocations(mut self, store: impl Revocations) -> Self {
        self.settings.revocations = Some(Consulted::new(store));
        self
    }

    /// Also takes the token from this cookie, whose name is compared byte for byte. A token in the header wins.
    ///
    /// # Security
    /// A browser sends cookies by itself, also with requests that another site caused: the cross-site rule applies to
    /// them. Give the cookie the prefix `__Host-` and the attributes `Secure`, `HttpOnly` and `SameSite`.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<Box<str>>) -> Self {
        self.settings.cookie = Some(name.into());
        self
    }

    /// Also takes the token from this parameter of the query (RFC 6750 section 2.3), whose name is compared byte for
    /// byte; the token is not percent-decoded, which no JWT needs. A request with a token in the header too is refused
    /// with 400.
    ///
    /// # Security
    /// URLs end up in logs, histories and the `Referer` of what the page loads next, and the token with them. Answers
    /// carry `Referrer-Policy: no-referrer`; keep queries out of your own logs.
    #[must_use]
    pub fn dangerous_query_parameter(mut self, name: impl Into<Box<str>>) -> Self {
        self.settings.query_parameter = Some(name.into());
        self
    }

    /// Lets one issuer have shared secrets beside public keys, also within a JWK set.
    ///
    /// # Security
    /// Each key still verifies its own algorithm only. But whoever can read the configuration can then sign tokens of an
    /// issuer that looks as if only it could. Meant for a change from one to the other.
    #[must_use]
    pub fn dangerous_secrets_beside_public_keys(mut self) -> Self {
        self.settings.secrets_beside_public_keys = true;
        self
    }

    /// Also takes opaque tokens, which their issuer is asked about (RFC 7662).
    ///
    /// A token goes by its form: what is a JWT by its form (three segments, the first a JSON object) is verified here,
    /// also where the other side might know it; everything else is introspected. None is tried both ways.
    #[cfg(feature = "introspection")]
    #[must_use]
    pub fn opaque(mut self, introspection: impl ReadyIntrospection) -> Self {
        self.settings.opaque = Some(Box::new(introspection.into_opaque()));
        self
    }

    fn state<J, B>(self) -> Jwt<J, B> {
        Jwt { settings: self.settings, said: PhantomData }
    }
}
