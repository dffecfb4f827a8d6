//! Denials of the application's own.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use serde::Serialize;

use super::rejection::may_be_added;
use super::{Denial, Reason};
use crate::telemetry::{foreign, limited};
use crate::time::whole_seconds;

/// Denials for checks, handlers and extractors of the application's own.
///
/// What they say is sent to the caller. A policy with `hide` hides them like all others.
impl Denial {
    /// A 403 without a challenge: the caller is known, and no other credentials would help.
    ///
    /// ```
    /// use auth_runtime::Denial;
    ///
    /// let denial = Denial::forbidden("the order belongs to another tenant");
    /// assert_eq!(denial.status(), 403);
    /// ```
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::of(Reason::CheckFailed).detail(detail)
    }

    /// A 404. With an empty `detail` it is the answer that an unknown route of the same scope gets, byte for byte.
    ///
    /// Where callers must not learn which things exist, answer `not_found("")` both for what is not there and for what is not
    /// theirs.
    pub fn not_found(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut denial = Self::new(StatusCode::NOT_FOUND);
        denial.hidden = detail.is_empty();
        denial.detail(detail)
    }

    /// A 409: what is asked for does not fit the state of things.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT).detail(detail)
    }

    /// A 429 with `Retry-After`, in whole seconds, rounded up (RFC 6585 section 4).
    ///
    /// ```
    /// use std::time::Duration;
    /// use actix_web::ResponseError;
    /// use auth_runtime::Denial;
    ///
    /// let answer = Denial::too_many_requests(Duration::from_millis(1500)).error_response();
    /// assert_eq!(answer.status(), 429);
    /// assert_eq!(answer.headers().get("Retry-After").unwrap(), "2");
    /// ```
    pub fn too_many_requests(after: Duration) -> Self {
        let mut denial = Self::new(StatusCode::TOO_MANY_REQUESTS).detail("too many requests");
        denial.headers(vec![(RETRY_AFTER, whole_seconds(after).into())]);
        denial
    }

    /// A 401 with the challenges of the policy that guards the handler or names the check (RFC 9110 section 15.5.2): the
    /// application does not accept who calls, or wants to know who does. On an OAuth challenge of the scheme by which the
    /// caller came, the error is `invalid_token`.
    ///
    /// # Errors
    /// Under `#[public]` nobody is asked for credentials, and there is no challenge: the answer is a 500, and an error event
    /// says so.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::of(Reason::ApplicationUnauthorized).detail(detail)
    }

    /// A denial of another status, a 4xx other than 401 and 407: a 401 is [`unauthorized`](Self::unauthorized), and a 407 is
    /// a proxy's to say.
    ///
    /// ```
    /// use actix_web::http::StatusCode;
    /// use auth_runtime::Denial;
    ///
    /// let gone = Denial::new(StatusCode::GONE).detail("the report was deleted").code("deleted");
    /// assert_eq!(gone.problem().title, "Gone");
    /// ```
    ///
    /// # Errors
    /// Of any other status it becomes a 500, and an error event says why.
    pub fn new(status: StatusCode) -> Self {
        let unfit = [StatusCode::UNAUTHORIZED, StatusCode::PROXY_AUTHENTICATION_REQUIRED];
        if !status.is_client_error() || unfit.contains(&status) {
            return Self::of(Reason::DenialUnfit);
        }
        let mut denial = Self::of(Reason::ApplicationDenied);
        denial.status = status;
        denial.edit(|problem| {
            problem.status = status.as_u16();
            problem.title = status.canonical_reason().unwrap_or_default();
        });
        denial
    }

    /// What went wrong, for the client's developer.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        // What is our failure says nothing to the caller.
        if !self.status.is_server_error() {
            self.edit(|problem| problem.detail = detail.into().into());
        }
        self
    }

    /// The application's own name for what went wrong, for programs: the member `code` of the body, and a field of the event.
    pub fn code(mut self, code: &'static str) -> Self {
        self.edit(|problem| problem.code = Some(code));
        self
    }

    /// The URI of the kind of problem, the member `type` of the body (RFC 9457 section 3.1.1); `about:blank` by default.
    pub fn problem_type(mut self, uri: impl Into<String>) -> Self {
        self.edit(|problem| problem.kind = uri.into().into());
        self
    }

    /// Another member of the body (RFC 9457 section 3.2); of the same name the last one counts.
    ///
    /// Members that are not the application's to set are left out, with a warning in the log: `type`, `title`, `status`,
    /// `detail`, `code`, `scope` and those that begin with `error`. So are values that are no JSON.
    pub fn member(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        let is_taken = ["type", "title", "status", "detail", "code", "scope"].contains(&&*name);
        match serde_json::to_value(value) {
            Ok(value) if !is_taken && !name.starts_with("error") => self.edit(|problem| {
                problem.members.insert(name, value);
            }),
            _ => limited!(warn, member = foreign(name), "a denial cannot have this member; it is left out"),
        }
        self
    }

    /// Adds a header. What says how to authenticate, where to go, when to come back, what the body is, how it may be stored
    /// and how it is sent is left out: `WWW-Authenticate`, `Location`, `Retry-After`, `Content-…`, `Cache-Control`, fields of
    /// one connection.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if may_be_added(&name) {
            self.headers(vec![(name, value)]);
        }
        self
    }
}
