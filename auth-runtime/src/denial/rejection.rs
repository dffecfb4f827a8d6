//! What a scheme says when it does not let a caller in: the caller's fault, or ours.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::header::{self, HeaderName, HeaderValue};

use super::Reason;

/// Credentials refused by a scheme: the reason, which is a 400, 401 or 403, and headers the refusal owes the caller (such
/// as a deleted cookie).
///
/// ```
/// use auth_runtime::denial::{Reason, Rejection};
///
/// assert_eq!(Rejection::credentials_wrong().reason().status(), 401);
/// assert_eq!(Rejection::custom("signature_wrong").reason(), Reason::Custom("signature_wrong"));
/// // What is our failure cannot be blamed on the caller.
/// assert!(Reason::BackendUnavailable.rejection().is_err());
/// ```
#[derive(Clone, Debug)]
#[must_use = "it says nothing until it is returned"]
pub struct Rejection {
    pub(crate) reason: Reason,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// In place of what the reason says.
    pub(crate) detail: Option<Cow<'static, str>>,
    /// The mark of whoever was good with these credentials, or in this name, within the last hour.
    pub(crate) once_good: Option<u64>,
}

impl Rejection {
    /// The caller is known and must not come in, such as an account that is suspended: a 403, which no other credentials
    /// would help.
    ///
    /// ```
    /// use auth_runtime::denial::Rejection;
    ///
    /// assert_eq!(Rejection::forbidden("the account is suspended").reason().status(), 403);
    /// ```
    ///
    /// `detail` is sent to the caller: say it only to one who has proved to be that caller.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into().into()), ..Self::of(Reason::ApplicationDenied) }
    }

    /// Refused for a cause of a scheme's own: a 401. The label stands in logs and metrics and must come from a closed set.
    pub fn custom(label: &'static str) -> Self {
        Self::of(Reason::Custom(label))
    }

    /// Refused because the caller comes too often, with when it may come again.
    pub(crate) fn too_often(reason: Reason, headers: Vec<(HeaderName, HeaderValue)>) -> Self {
        Self { headers, ..Self::of(reason) }
    }

    pub(super) fn of(reason: Reason) -> Self {
        Self { reason, headers: Vec::new(), detail: None, once_good: None }
    }

    /// They were good within the last hour, and are of whoever has this mark.
    pub(crate) fn once_good(self, of: Option<u64>) -> Self {
        Self { once_good: of, ..self }
    }

    /// Adds a header to the denial. What says how to authenticate, where to go, what the body is, how it may be stored and how
    /// it is sent is left out: `WWW-Authenticate`, `Location`, `Content-…`, `Cache-Control`, fields of one connection.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if may_be_added(&name) {
            self.headers.push((name, value));
        }
        self
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// Whether a scheme, or a denial of the application's own, may add this field to an answer.
pub(crate) fn may_be_added(name: &HeaderName) -> bool {
    const OF_THE_ANSWER: [HeaderName; 12] = [
        header::CACHE_CONTROL,
        header::CONNECTION,
        HeaderName::from_static("keep-alive"),
        header::LOCATION,
        header::PROXY_AUTHENTICATE,
        header::RETRY_AFTER,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::VARY,
        header::WWW_AUTHENTICATE,
    ];
    !OF_THE_ANSWER.contains(name) && !name.as_str().starts_with("content-")
}

/// A scheme cannot decide: its keys or its backend are out of reach, which is a 503, or it is set up wrongly, which is a
/// 500.
///
/// ```
/// use auth_runtime::denial::Unavailable;
///
/// let away = Unavailable::backend().because("connection refused");
/// assert_eq!(away.reason().status(), 503);
/// ```
#[derive(Clone, Debug)]
#[must_use = "it says nothing until it is returned"]
pub struct Unavailable {
    pub(crate) reason: Reason,
    pub(crate) cause: Option<Box<str>>,
}

impl Unavailable {
    pub(crate) fn of(reason: Reason) -> Self {
        Self { reason, cause: None }
    }

    /// Adds the error behind it, for the log only, where it is escaped and cut. It must not contain credentials.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}
