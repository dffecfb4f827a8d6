//! Ending sessions.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::denial::{Denial, Reason};
use crate::extract::identity::{Identity, IdentityOf, certain};
use crate::grant::{FromGrant, Grant, IdentityError, ViaGrant, Yields};
use crate::policy::Policy;
use crate::scheme::SessionScheme;
use crate::scheme::session::CurrentSession;
use crate::time::Clock;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// What browsers forget of this origin; cookies are deleted by name.
const CLEARS: &str = r#""cache", "storage""#;

/// Ends the session of the caller, here or everywhere.
///
/// ```standalone_crate
/// use actix_web::{Responder, post};
/// use auth_runtime::{SignOut, requires};
///
/// #[requires(session)]
/// #[post("/logout")]
/// async fn log_out(out: SignOut) -> impl Responder {
///     out.here().await
/// }
/// ```
///
/// # Security
/// Take it in handlers of `POST` only: the cross-site rule does not hold for `GET`, and a link, or a browser that loads pages
/// ahead, would sign people out.
#[must_use]
pub struct SignOut {
    current: Arc<CurrentSession>,
    clock: Arc<dyn Clock>,
    to: Option<String>,
    clears: &'static str,
}

debug_by_name!([] SignOut as "SignOut";);

impl SignOut {
    /// Where the browser is sent: a path of this service; `/` by default, also in place of what is not one.
    pub fn to(mut self, path: impl Into<String>) -> Self {
        self.to = Some(path.into());
        self
    }

    /// Takes all cookies from the browser too, by `"cookies"` in `Clear-Site-Data`: ours go anyway.
    ///
    /// It clears those of the whole registrable domain: on `shop.example.com` also those of `www.example.com`.
    pub fn clear_cookies(mut self) -> Self {
        self.clears = r#""cache", "storage", "cookies""#;
        self
    }

    /// Ends this session.
    ///
    /// # Errors
    /// A 503 where the store cannot be asked: the session goes on.
    pub async fn here(self) -> Result<SignedOut, Denial> {
        let record = self.current.record();
        self.current.sessions().sign_out(self.current.key(), record, &*self.clock).await?;
        Ok(self.signed_out())
    }

    /// Ends all sessions of the caller, on all machines and in all browsers.
    ///
    /// # Errors
    /// A 503 where the store cannot be asked: the sessions go on.
    pub async fn everywhere(self) -> Result<SignedOut, Denial> {
        let (sessions, whose) = (self.current.sessions(), self.current.record().whose());
        sessions.end_all(whose, &*self.clock).await?;
        Ok(self.signed_out())
    }

    fn signed_out(self) -> SignedOut {
        let sessions = self.current.sessions();
        let location = sessions.landing().location(self.to.as_deref());
        SignedOut { deletion: sessions.deletion(), location, clears: self.clears }
    }
}

impl Identity for SignOut {
    type Scheme = SessionScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, clock)) = caller.by::<SessionScheme>() else { return Ok(None) };
        let current = principal.details::<CurrentSession>().ok_or(Reason::IdentityUnfit)?;
        Ok(Some(Self { current, clock: Arc::clone(clock), to: None, clears: CLEARS }))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<SessionScheme>>> FromGrant<P, ViaGrant> for SignOut {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}

/// The answer to whoever has signed out: a 303 that takes the cookie from the browser, with
/// `Clear-Site-Data: "cache", "storage"`, and `"cookies"` by [`clear_cookies`](SignOut::clear_cookies).
#[derive(Debug)]
#[must_use]
pub struct SignedOut {
    deletion: HeaderValue,
    location: HeaderValue,
    clears: &'static str,
}

impl SignedOut {
    /// Sends the browser there.
    #[cfg(feature = "login")]
    pub(crate) fn new(deletion: HeaderValue, location: HeaderValue) -> Self {
        Self { deletion, location, clears: CLEARS }
    }

    /// The same in an answer of your own, such as a 204 for a script: the cookie is taken, and nobody is sent anywhere.
    pub fn with<B>(self, mut answer: HttpResponse<B>) -> HttpResponse<B> {
        let headers = answer.headers_mut();
        headers.append(SET_COOKIE, self.deletion);
        headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static(self.clears));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }
}

impl Responder for SignedOut {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into()
    }
}

/// For a handler that may answer in other ways, too.
impl From<SignedOut> for HttpResponse {
    fn from(signed: SignedOut) -> Self {
        let location = signed.location.clone();
        let mut answer = signed.with(Self::new(StatusCode::SEE_OTHER));
        answer.headers_mut().insert(LOCATION, location);
        answer
    }
}
