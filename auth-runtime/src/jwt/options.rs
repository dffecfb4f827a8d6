//! What a [`Jwt`] can also be told.

#[cfg(feature = "jwks")]
use std::ops::RangeInclusive;
#[cfg(feature = "jwks")]
use std::path::PathBuf;
use std::time::Duration;

use crate::authorities::IntoAuthorityLoader;
use crate::crypto::Algorithm;
use crate::jwt::issuer::Issuer;
use crate::jwt::jwt::Jwt;
use crate::keys::Key;
use crate::revocation::{Consulted, Revocations};

/// What comes from identity providers, with safe defaults.
#[cfg(feature = "jwks")]
impl<I, A> Jwt<I, A> {
    /// How long a fetched key set holds, in whole seconds: what the provider's `Cache-Control` says, within these bounds,
    /// and ten minutes, within these bounds, where it says nothing; by default from one minute to one hour. It is
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

    /// How long the last good key set serves while the provider is away, counted from the end of its lifetime; by default one
    /// hour. After that, tokens are answered 503.
    ///
    /// # Security
    /// Whoever can keep this service from reaching the provider keeps a stolen key alive for as long. More than a week is
    /// refused in `Auth::build()`.
    #[must_use]
    pub fn jwks_max_staleness(mut self, limit: Duration) -> Self {
        self.settings.key_sets.stale_limit = limit;
        self
    }

    /// How long one request to a provider may take, and how long a caller may wait for it; by default 5 s. Less than
    /// 10 ms and more than a minute are refused in `Auth::build()`.
    #[must_use]
    pub fn provider_timeout(mut self, timeout: Duration) -> Self {
        self.settings.key_sets.timeout = timeout;
        self
    }

    /// Lets plain http be spoken to this host, such as `keycloak` or `keycloak:8080` in a cluster; by default to this machine
    /// itself only. The name is compared whole, without regard to case. Called again, it adds a host.
    ///
    /// # Security
    /// Whoever stands between this service and that host gives it keys of their own, and can then sign any token. Right only
    /// within a network that is guarded otherwise, such as a service mesh that encrypts.
    #[must_use]
    pub fn dangerous_plain_http(mut self, host: impl Into<Box<str>>) -> Self {
        self.settings.key_sets.transport.allow_plain_http(host);
        self
    }

    /// Reaches providers through this proxy, such as `http://proxy.example:3128`; by default directly. Name and password may be
    /// in the URL. What is on this machine is reached directly. TLS goes through to the provider, so that the proxy sees its name
    /// and nothing of what is said.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Box<str>>) -> Self {
        self.settings.key_sets.transport.use_proxy(url);
        self
    }

    /// Reaches providers through the proxy that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, except what `NO_PROXY`
    /// names and this machine itself. By default the environment is not looked at.
    #[must_use]
    pub fn proxy_from_environment(mut self) -> Self {
        self.settings.key_sets.transport.use_proxy_of_environment();
        self
    }

    /// Trusts the certificates of this PEM text too, such as that of a private authority, beside those of the system. Called
    /// again, it adds more.
    ///
    /// Without code, the environment does the same for the whole process: `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of
    /// the system's certificates, so that file must hold the public authorities too, where they are needed.
    ///
    /// # Security
    /// Whoever holds the key of such a certificate can pass for any provider of this configuration.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.settings.key_sets.transport.trust(pem);
        self
    }

    /// Shows the provider of the first issuer's keys the token in this file, as `Authorization: Bearer`; by default none.
    /// The file is read at each fetch, so a token that is replaced now and then stays good. Other issuers say their own, by
    /// [`Issuer::fetch_with_token_file`].
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// // The key set of a Kubernetes cluster, for whoever runs in it.
    /// let jwt = Jwt::jwks_url("https://kubernetes.default.svc/openid/v1/jwks")
    ///     .issuer("https://kubernetes.default.svc.cluster.local")
    ///     .fetch_with_token_file("/var/run/secrets/kubernetes.io/serviceaccount/token");
    /// # let _ = jwt;
    /// ```
    ///
    /// # Security
    /// The token goes to the host and port of the configured URL or issuer only, never to where metadata lead, and never by
    /// plain http to another machine. That host can use it as this service could.
    #[must_use]
    pub fn fetch_with_token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.key_sets.token_file = Some(path.into());
        self
    }
}

/// Everything else, with safe defaults.
impl<I, A> Jwt<I, A> {
    /// A further key of the first issuer, such as the next one before a change of keys.
    #[must_use]
    pub fn add_key(mut self, key: Key) -> Self {
        self.settings.keys.push(key);
        self
    }

    /// The algorithms of keys that name none, in JWKs and sets of them: an RSA key without `alg` verifies RS256 by default, and
    /// a shared secret without `alg` is refused. A key gets those of the list that fit its kind; where none does, the default
    /// stands. Keys that name an algorithm keep it, and elliptic curves have one only. Of all issuers that do not say their
    /// own.
    ///
    /// ```
    /// use auth_runtime::{Algorithm, Jwt};
    ///
    /// # let set = r#"{"keys":[]}"#;
    /// let jwt = Jwt::jwk_set(set).key_algorithms([Algorithm::RS384, Algorithm::PS256]);
    /// # let _ = jwt;
    /// ```
    ///
    /// Name what the issuer signs with and no more: each key then counts once for each algorithm.
    #[must_use]
    pub fn key_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.key_algorithms = Some(algorithms.into_iter().collect());
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
        self.settings.acceptance.issuer.add_grantable_roles(roles);
        self
    }

    /// The only scopes the first issuer may grant. Another one in its tokens counts neither as held nor as missing, so that
    /// neither `scope(…)` nor `!scope(…)` admits for it. Called again, the lists add up.
    #[must_use]
    pub fn grantable_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.issuer.add_grantable_scopes(scopes);
        self
    }

    /// How far the issuer's clock may be off, in whole seconds; by default 60 s. Applies to `exp`, `nbf` and `iat`.
    ///
    /// # Security
    /// An expired token stays usable for as long. More than an hour is refused in `Auth::build()`.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.settings.acceptance.leeway = leeway;
        self
    }

    /// Demands the `typ` of RFC 9068, `at+jwt`, so that no ID token of the same issuer passes for an access token.
    #[must_use]
    pub fn access_token_profile(mut self) -> Self {
        self.settings.access_token_profile = true;
        self
    }

    /// The longest token that is looked at, in bytes; by default 16 KiB. HTTP servers bound all header fields together,
    /// actix to 128 KiB.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.settings.acceptance.max_token_bytes = bytes;
        self
    }

    /// How many bytes of memory the verified tokens of this configuration may take, so that the signature of a token is
    /// verified once, a MAC (`HS256`, …) twice; by default 32 MiB, zero remembers nothing.
    ///
    /// Only verified tokens are remembered. `exp` and `nbf` are judged on each request, and so is every condition of the
    /// policy; a change of keys forgets all.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.settings.cache_bytes = bytes;
        self
    }

    /// Consults this store of revocations with every request, also for tokens that are remembered; by default none. See
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
        self.settings.acceptance.revocations = Some(Consulted::new(store));
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after a token was verified, on every route. Called again, the last counts.
    ///
    /// ```
    /// # struct DbError;
    /// # impl std::fmt::Display for DbError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("") } }
    /// # struct Db;
    /// # impl Db { async fn role(&self, _: &str, _: &str) -> Result<Option<String>, DbError> { Ok(None) } }
    /// use actix_web::web;
    /// use auth_runtime::{Authorities, Auth, Jwt, Principal};
    ///
    /// async fn load_role(who: Principal, db: web::Data<Db>) -> Result<Option<Authorities>, DbError> {
    ///     let key = who.key();
    ///     let role = db.role(key.issuer(), key.subject()).await?;
    ///     Ok(role.map(|role| Authorities::default().replace_roles([role])))
    /// }
    ///
    /// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// let auth = Auth::builder().bearer(jwt.authorities(load_role)).build()?;
    /// # Ok::<(), auth_runtime::config::ConfigError>(())
    /// ```
    #[must_use]
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
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
}
