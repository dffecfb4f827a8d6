//! How a function that loads authorities is to be used.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{Handler, HttpRequest};

use crate::authorities::function::{AppDataArguments, AuthoritiesAnswer, Load, OfAppData, OfRequest, RequestArguments};
use crate::authorities::loading::ReadyLoader;
use crate::fault::Misconfiguration;
use crate::principal::DetailsType;
use crate::setting::{AUTHORITIES, Setting};

/// The longest that authorities are remembered: whoever is removed is out after it at the latest.
const REMEMBER_MAX: Duration = Duration::from_secs(300);
/// How much memory they may take: 16 MiB.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// What a request is known by, beyond its caller.
pub(super) type RequestKey = dyn Fn(&HttpRequest) -> String + Send + Sync;

/// A function that loads [`Authorities`](super::Authorities), and for how long what it brings counts.
///
/// ```
/// # use auth_runtime::{Authorities, Auth, Jwt, principal::PrincipalKey};
/// use std::time::Duration;
/// use auth_runtime::authorities::AuthorityLoader;
///
/// async fn load(who: PrincipalKey) -> Result<Option<Authorities>, std::io::Error> {
///     Ok((who.subject() != "mallory").then(Authorities::default))
/// }
///
/// let loader = AuthorityLoader::new(load).remember_for(Duration::from_secs(60));
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// let auth = Auth::builder().bearer(jwt.authorities(loader)).build()?;
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct AuthorityLoader {
    load: Arc<dyn Load>,
    remember_for: Duration,
    cache_bytes: usize,
    keyed_by: Option<Arc<RequestKey>>,
    beyond_token: bool,
}

impl AuthorityLoader {
    /// A function of the caller and of `web::Data`, which concurrent requests of one caller share.
    ///
    /// Its first argument is the [`Principal`](crate::Principal), with all that the credentials say, or the
    /// [`PrincipalKey`](crate::principal::PrincipalKey), issuer and subject: then two tokens of one caller share too.
    pub fn new<F, Args>(load: F) -> Self
    where
        F: Handler<Args> + Send + Sync,
        Args: AppDataArguments,
        F::Output: AuthoritiesAnswer,
    {
        Self::of(Arc::new(OfAppData::new(load)))
    }

    /// A function of the caller and of any extractors, such as a path or a header. It never sees a body. It runs for each
    /// request, and nothing is shared between two, unless [`keyed_by`](Self::keyed_by) says when it may be.
    ///
    /// An extractor that answers 503 makes the answer a 503, another 5xx a 500, and anything else a 400.
    pub fn of_request<F, Args>(load: F) -> Self
    where
        F: Handler<Args> + Send + Sync,
        Args: RequestArguments,
        F::Output: AuthoritiesAnswer,
    {
        Self::of(Arc::new(OfRequest::new(load)))
    }

    fn of(load: Arc<dyn Load>) -> Self {
        Self { load, remember_for: Duration::ZERO, cache_bytes: CACHE_BYTES, keyed_by: None, beyond_token: false }
    }

    /// How long authorities count once they were loaded; not at all by default, at most five minutes. Remembered is what was
    /// found: that a caller is unknown is asked anew.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on more than five minutes, and for a function
    /// [of the request](Self::of_request) without [`keyed_by`](Self::keyed_by).
    ///
    /// # Security
    /// For so long a role that was taken away still counts, unless you call [`Auth::forget`](crate::Auth::forget), which
    /// with `RedisRevocations` reaches all machines.
    pub fn remember_for(mut self, time: Duration) -> Self {
        self.remember_for = time;
        self
    }

    /// How many bytes all that is remembered may take; 16 MiB by default.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// What else a function [of the request](Self::of_request) depends on: requests of one caller that have the same key share
    /// a load, and what is remembered.
    ///
    /// # Security
    /// A key that leaves out what the function looks at gives a caller the authorities that it has elsewhere, such as those of
    /// another organisation.
    pub fn keyed_by(mut self, key: impl Fn(&HttpRequest) -> String + Send + Sync + 'static) -> Self {
        self.keyed_by = Some(Arc::new(key));
        self
    }

    /// Lets scopes that the function gives count although the caller's credentials do not have them.
    ///
    /// # Security
    /// A user lets a program do some things, by the scopes of its token. With this, every program that has any token of the user
    /// can do whatever the database says the user may.
    pub fn dangerous_scopes_beyond_token(mut self) -> Self {
        self.beyond_token = true;
        self
    }

    /// The type of the details that it brings.
    pub(crate) fn details(&self) -> DetailsType {
        self.load.details()
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let remembered = self.remember_for.as_secs();
        let settings = [
            Some(Setting::reads(AUTHORITIES, self.load.name())),
            Some(Setting::at_most("authorities_remembered", remembered, "s")),
            self.beyond_token.then(|| Setting::allows("dangerous_scopes_beyond_token", self.load.name())),
        ];
        settings.into_iter().flatten().collect()
    }

    /// Checks everything.
    pub(crate) fn build(self) -> Result<ReadyLoader, Misconfiguration> {
        if self.remember_for > REMEMBER_MAX {
            return Err(Misconfiguration::new("authorities are remembered at most 300 s; lower `remember_for`"));
        }
        if !self.remember_for.is_zero() && self.load.sees_request() && self.keyed_by.is_none() {
            return Err(Misconfiguration::new(
                "a function of the request is remembered by nothing; say what it depends on by `keyed_by`, or remove \
                 `remember_for`",
            ));
        }
        Ok(ReadyLoader::new(self.load, self.keyed_by, self.remember_for, self.cache_bytes, self.beyond_token))
    }
}

impl fmt::Debug for AuthorityLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorityLoader")
            .field("details", &self.load.details().name)
            .field("remember_for", &self.remember_for)
            .finish_non_exhaustive()
    }
}
