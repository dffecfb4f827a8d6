//! A denial as an HTTP answer.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::Reason;
use crate::config::DenialBody;

/// How soon a caller may try again after a 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// A refused request: its status, its challenges and its body.
///
/// A check returns one to say why it refuses; the runtime makes all others.
pub struct Denial(Box<Inner>);

struct Inner {
    reason: Reason,
    hidden: bool,
    challenges: Vec<HeaderValue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    problem: Problem,
    body: Option<DenialBody>,
}

/// The members of the body (RFC 9457), before it is written.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// URI of the kind of problem; `about:blank` means the status says it all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status phrase.
    pub title: &'static str,
    /// The status code.
    pub status: u16,
    /// What went wrong, for the client's developer.
    pub detail: String,
    /// The `error` of the challenge, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The `error_description` of the challenge, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<&'static str>,
    /// The `scope` of the challenge, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Denial {
    /// A refusal of an authenticated caller: 403 without a challenge, since no other token would help.
    ///
    /// # Security
    /// `detail` is sent to the caller.
    ///
    /// ```
    /// use auth_runtime::Denial;
    /// use actix_web::ResponseError;
    ///
    /// let denial = Denial::forbidden("the order belongs to another tenant");
    /// assert_eq!(denial.status_code(), 403);
    /// ```
    pub fn forbidden(detail: impl Into<String>) -> Self {
        let mut denial = Self::new(Reason::CheckFailed);
        denial.0.problem.detail = detail.into();
        denial
    }

    /// A denial for this reason, without challenges.
    pub(crate) fn new(reason: Reason) -> Self {
        let status = reason.status();
        Self(Box::new(Inner {
            reason,
            hidden: false,
            challenges: Vec::new(),
            headers: Vec::new(),
            problem: Problem {
                kind: "about:blank",
                title: status.canonical_reason().unwrap_or_default(),
                status: status.as_u16(),
                detail: reason.description().to_owned(),
                error: None,
                error_description: None,
                scope: None,
            },
            body: None,
        }))
    }

    /// Why the request was refused.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// The body's members.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// The `WWW-Authenticate` lines, one challenge each.
    pub fn challenges(&self) -> &[HeaderValue] {
        &self.0.challenges
    }

    /// Whether the answer is that of an unknown route.
    pub(crate) fn is_hidden(&self) -> bool {
        self.0.hidden
    }

    pub(crate) fn hide(&mut self) {
        self.0.hidden = true;
    }

    pub(crate) fn challenge(&mut self, line: HeaderValue) {
        self.0.challenges.push(line);
    }

    pub(crate) fn headers(&mut self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
        self.0.headers.extend(headers);
    }

    pub(crate) fn problem_mut(&mut self) -> &mut Problem {
        &mut self.0.problem
    }

    pub(crate) fn body(&mut self, body: DenialBody) {
        self.0.body = Some(body);
    }
}

impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        if self.0.hidden { StatusCode::NOT_FOUND } else { self.0.reason.status() }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if self.0.hidden {
            return HttpResponse::NotFound().finish();
        }
        let body = match &self.0.body {
            Some(DenialBody { bytes, .. }) => bytes.clone(),
            None => serde_json::to_vec(&self.0.problem).unwrap_or_default().into(),
        };
        let mut response = HttpResponse::with_body(self.0.reason.status(), BoxBody::new(body));
        let headers = response.headers_mut();
        for line in &self.0.challenges {
            headers.append(WWW_AUTHENTICATE, line.clone());
        }
        for (name, value) in &self.0.headers {
            headers.append(name.clone(), value.clone());
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let content_type = match &self.0.body {
            Some(DenialBody { content_type, .. }) => content_type.clone(),
            None => HeaderValue::from_static("application/problem+json"),
        };
        headers.insert(CONTENT_TYPE, content_type);
        if self.0.reason.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

/// Label only: error text is logged by middleware, and the detail may be the application's own words.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "denied: {}", self.0.reason.label())
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denial")
            .field("reason", &self.0.reason)
            .field("hidden", &self.0.hidden)
            .field("challenges", &self.0.challenges)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Denial {}
