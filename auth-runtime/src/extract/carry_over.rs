//! Carrying people over out of the sessions of another crate.

use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpRequest};

use super::sign_in::{SessionStart, SignIn, signing_in};
use crate::denial::{Denial, Reason};
use crate::scheme::session::SigningIn;
use crate::telemetry::{foreign, limited};

/// Signs in whoever is still signed in by the sessions of another crate, such as `actix-session`, once and without a password: what the
/// handler of the login page takes beside the old session. `T` is what the new session carries, as for [`SignIn`](crate::SignIn).
///
/// ```
/// # use std::convert::Infallible;
/// use actix_session::Session as OldSession;
/// use actix_web::{HttpResponse, get};
/// use auth_runtime::extract::CarryOver;
/// use auth_runtime::{Denial, public};
///
/// /// Looks into the database: the roles that a user has now, and nothing for who is closed out.
/// async fn roles_of(id: i64) -> Result<Option<Vec<String>>, Infallible> {
/// #   let _ = id;
///     Ok(Some(vec!["viewer".to_owned()]))
/// }
///
/// #[public(reason = "where people sign in")]
/// #[get("/login")]
/// async fn login(old: OldSession, carry_over: CarryOver) -> Result<HttpResponse, Denial> {
///     if let Ok(Some(id)) = old.get::<i64>("user")
///         && let Some((start, roles)) = carry_over.once(id.to_string(), || old.purge(), roles_of(id)).await?
///     {
///         return Ok(start.roles(roles).finish().await?.into());
///     }
///     Ok(HttpResponse::Ok().body("the form"))
/// }
/// ```
///
/// Which sessions are the old ones, and until when they count, is said by [`Sessions::carry_over`](crate::session::Sessions::carry_over).
/// Where several sessions are configured, it is for the one without a name, or for the one that [`configured`](Self::configured) names.
///
/// # Security
/// Whoever another site has led to the page is not carried over, and sees the form; so does a browser that does not say so, as those of before 2023 for
/// a page. The old cookie is not a `__Host-` one: a sibling host can plant one of somebody else's.
#[must_use = "nobody is carried over before `once`"]
pub struct CarryOver<T = ()>(Option<SignIn<T>>);

debug_by_name!([T] CarryOver<T> as "CarryOver";);

impl<T> CarryOver<T> {
    /// For `session("name")`.
    pub fn configured(self, name: &str) -> Self {
        Self(self.0.map(|sign_in| sign_in.configured(name)))
    }

    /// Begins a session for this user, as the old session names it, if `check` says who it is today: `Ok(Some(user))`, or `Ok(None)` for
    /// whoever may not sign in any more. `purge` tells the old middleware to end the old session, which it does behind the answer; it is
    /// called before the new one begins, and also where the old one is worth nothing. That the old one is used is noted before either.
    ///
    /// Brings the start of the session with what `check` has found, such as roles; [`finish`](SessionStart::finish) begins it. How
    /// strongly, and when, the user was authenticated is not known: [step-up](crate::manual::step_up) asks for it.
    ///
    /// Brings `None` where nobody is to be carried over: another site has led here; the day has come; the browser is in a session already; the cookie of the
    /// old session is not there, or there twice, or it was used before, on whatever machine; the user has signed out since, or is revoked.
    ///
    /// # Errors
    /// A 503 where the store cannot be asked, or `check` fails, which is logged: the old session stays. A 500 where no old sessions are
    /// configured.
    pub async fn once<U, E: Display>(
        self,
        user: impl Into<Box<str>>,
        purge: impl FnOnce(),
        check: impl Future<Output = Result<Option<U>, E>>,
    ) -> Result<Option<(SessionStart<T>, U)>, Denial> {
        let Some(sign_in) = self.0 else { return Ok(None) };
        match carried_over(&sign_in, user.into(), purge, check).await {
            Ok(Some((subject, user))) => {
                let mut start = sign_in.begin(subject);
                start.who.is_carried_over = true;
                Ok(Some((start, user)))
            }
            Ok(None) => Ok(None),
            Err(denial) => Err(sign_in.denied(denial)),
        }
    }
}

async fn carried_over<T, U, E: Display>(
    sign_in: &SignIn<T>,
    subject: Box<str>,
    purge: impl FnOnce(),
    check: impl Future<Output = Result<Option<U>, E>>,
) -> Result<Option<(Box<str>, U)>, Denial> {
    let clock = &*sign_in.auth.settings().clock;
    let live = sign_in.live.as_ref().ok_or_else(|| Denial::of(Reason::SchemeUnconfigured))?;
    let Some(old) = live.old_session(sign_in.request.headers(), clock).await? else { return Ok(None) };
    let found = if live.may_be_carried_over(&subject, &old).await? {
        check.await.map_err(|error| {
            limited!(error, cause = foreign(error), "nobody can tell whether a user may be carried over; answered 503");
            Denial::of(Reason::BackendUnavailable)
        })?
    } else {
        None
    };
    let who = SigningIn { subject, ..signing_in(&sign_in.auth, live, &sign_in.request) };
    let is_first = live.use_up(&old, &who).await?;
    purge();
    let subject = who.subject;
    if !is_first {
        limited!(warn, subject = foreign(&subject), "an old session is presented again that was used before");
        return Ok(None);
    }
    let Some(user) = found else {
        limited!(info, "an old session is worth nothing: its user has signed out, or may not sign in any more");
        return Ok(None);
    };
    tracing::info!(subject = foreign(&subject), "an old session is carried over");
    Ok(Some((subject, user)))
}

fn says_site(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site") || headers.contains_key(ORIGIN)
}

impl<T> FromRequest for CarryOver<T> {
    type Error = Denial;
    type Future = Ready<Result<Self, Denial>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(match SignIn::from_request(request, payload).into_inner() {
            // What says nothing of where it comes from may have been led here by another site.
            Ok(sign_in) => Ok(Self(Some(sign_in).filter(|_| says_site(request.headers())))),
            Err(denial) if denial.reason() == Reason::CrossSite => Ok(Self(None)),
            Err(denial) => Err(denial),
        })
    }
}
