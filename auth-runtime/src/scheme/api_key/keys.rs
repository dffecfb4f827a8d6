//! The configuration of API keys.

use std::sync::Arc;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::fault::Misconfiguration;
use crate::scheme::api_key::ApiKeyScheme;
use crate::scheme::api_key::carrier::Carrier;
use crate::scheme::api_key::key::check_environment;
use crate::scheme::api_key::store::KeyStore;

/// Where API keys travel, and where they are looked up.
///
/// ```
/// use auth_runtime::api_key::{ApiKeys, Key, KeyDigest, KeyStore};
///
/// let keys = ApiKeys::header("X-API-Key", KeyStore::file("keys.jsonl")).environment("live");
/// let development = [(KeyDigest::of("test_0123456789abcdef"), Key::new("development"))];
/// let in_query = ApiKeys::dangerous_query("api_key", development).environment("test");
/// assert!(format!("{in_query:?}").contains("api_key"));
/// ```
#[derive(Debug)]
#[must_use]
pub struct ApiKeys {
    carrier: Result<Carrier, Misconfiguration>,
    store: KeyStore,
    environment: Option<Box<str>>,
    authorities: Option<AuthorityLoader>,
}

impl ApiKeys {
    /// Keys in a header field of this name, such as `X-API-Key`. Sent twice, they are refused.
    ///
    /// # Errors
    /// `Auth::build` fails on a name that is none, or that means something else, such as `Authorization`: see [`authorization`](Self::authorization).
    pub fn header(name: &str, store: impl Into<KeyStore>) -> Self {
        Self::of(Carrier::header(name), store)
    }

    /// Keys in `Authorization` under a scheme word of your choice, as in `Authorization: Token 9944b091…`; the challenge names
    /// it, as `Token realm="…"`.
    ///
    /// ```
    /// use auth_runtime::{ApiKeys, Auth};
    ///
    /// let keys = ApiKeys::authorization("Token", []);
    /// let error = Auth::builder().api_key(ApiKeys::authorization("Bearer", [])).build().unwrap_err();
    /// assert!(error.to_string().contains("look up Bearer tokens of your own by `Opaque`"));
    /// # let _ = keys;
    /// ```
    ///
    /// # Errors
    /// `Auth::build` fails on a word that is not a token (RFC 9110 section 5.6.2), or that another scheme has, such as `Bearer`.
    pub fn authorization(word: &str, store: impl Into<KeyStore>) -> Self {
        Self::of(Carrier::authorization(word), store)
    }

    /// Keys in a query parameter of this name, such as `?api_key=…`.
    ///
    /// The name must be sent as it is, not percent-encoded; in the value `%XX` is decoded and a bare `+` refused; a
    /// parameter sent twice is refused.
    ///
    /// # Security
    /// Queries end up in access logs, histories and bookmarks: prefer a header. Answers carry
    /// `Referrer-Policy: no-referrer`. actix's `Logger` writes queries by default (`%r`); give it a format without them,
    /// such as `Logger::new("%a %U %s %b %T")`.
    ///
    /// # Errors
    /// `Auth::build` fails on a name with characters other than letters, digits, `-`, `.`, `_` and `~`.
    pub fn dangerous_query(name: &str, store: impl Into<KeyStore>) -> Self {
        Self::of(Carrier::query(name), store)
    }

    /// Keys in a cookie of this name, such as `__Host-key`. The value is taken as it is; sent twice, it is refused.
    ///
    /// # Security
    /// A browser adds cookies by itself, so the cross-site rule applies. Only a name that begins with `__Host-` keeps
    /// other hosts of your domain from setting the cookie.
    ///
    /// # Errors
    /// `Auth::build` fails on a name that is not a token (RFC 6265 section 4.1.1).
    pub fn cookie(name: &str, store: impl Into<KeyStore>) -> Self {
        Self::of(Carrier::cookie(name), store)
    }

    /// Accepts keys of this environment only: their text must begin with its name and an underscore, and the store must not
    /// name another one. A key of another environment is answered as an unknown one; the log says what it is.
    ///
    /// # Errors
    /// `Auth::build` fails on a name that is not lower-case letters and digits.
    pub fn environment(mut self, name: &str) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after a key was found, on every route. Called again, the last counts.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    fn of(carrier: Result<Carrier, Misconfiguration>, store: impl Into<KeyStore>) -> Self {
        Self { carrier, store: store.into(), environment: None, authorities: None }
    }

    pub(crate) fn build(self, configuration: Option<Arc<str>>) -> Result<ApiKeyScheme, Misconfiguration> {
        if let Some(name) = &self.environment {
            check_environment(name).map_err(|fault| Misconfiguration::new(fault.to_string()))?;
        }
        Ok(ApiKeyScheme {
            carrier: self.carrier?,
            store: self.store.build(configuration.clone())?,
            environment: self.environment,
            authorities: self.authorities,
            configuration,
        })
    }
}
