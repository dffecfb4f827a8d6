//! A denial as an HTTP answer.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, PROXY_AUTHENTICATE, RETRY_AFTER, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::denial::DenialBody;
use crate::denial::Reason;

/// How soon a caller may try again after a 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// A refused request: its status, its challenges and its body.
///
/// A check returns one to say why it refuses; the runtime makes all others.
pub struct Denial {
    reason: Reason,
    hidden: bool,
    /// Whether policy and application have said what they say of every denial.
    complete: bool,
    answer: Arc<Answer>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Where the caller is sent instead, by a 303.
    location: Option<HeaderValue>,
    /// Another body than the standard one. Boxed, so that a `Result` over a denial stays small.
    body: Option<Box<Body>>,
}

/// A body that is not the standard one.
#[derive(Clone)]
enum Body {
    /// Written by the application's hook.
    OfApplication(DenialBody),
    /// As an extractor answers, whose headers are among the denial's.
    OfExtractor(StatusCode, Bytes),
}

/// What a denial says, written once: a policy has few different ones.
pub(crate) struct Answer {
    challenges: Vec<HeaderValue>,
    problem: Problem,
    body: Bytes,
}

impl Answer {
    pub(crate) fn new(problem: Problem, challenges: Vec<HeaderValue>) -> Self {
        // Strings and a number: this cannot fail, and an empty body would still be a denial.
        let body = serde_json::to_vec(&problem).unwrap_or_default().into();
        Self { challenges, problem, body }
    }
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
    pub detail: Cow<'static, str>,
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
        let reason = Reason::CheckFailed;
        let problem = Problem { detail: detail.into().into(), ..Problem::of(reason) };
        Self::with(reason, Arc::new(Answer::new(problem, Vec::new())))
    }

    /// A denial for this reason, without challenges.
    pub(crate) fn new(reason: Reason) -> Self {
        Self::with(reason, Arc::new(Answer::new(Problem::of(reason), Vec::new())))
    }

    pub(crate) fn with(reason: Reason, answer: Arc<Answer>) -> Self {
        Self { reason, hidden: false, complete: false, answer, headers: Vec::new(), location: None, body: None }
    }

    /// The answer of an extractor that a check needs, which the caller is to blame for. It is stored by nobody, challenges
    /// nobody and sets no cookie: the check has not decided yet.
    pub(crate) fn of_extractor(answer: HttpResponse<()>, body: Bytes) -> Self {
        let mut denial = Self::new(Reason::ArgumentUnfit);
        let dropped = [CACHE_CONTROL, WWW_AUTHENTICATE, PROXY_AUTHENTICATE, SET_COOKIE];
        let kept = answer.headers().iter().filter(|(name, _)| !dropped.contains(name));
        denial.headers(kept.map(|(name, value)| (name.clone(), value.clone())));
        denial.body = Some(Box::new(Body::OfExtractor(answer.status(), body)));
        denial
    }

    /// Why the request was refused.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The body's members.
    pub fn problem(&self) -> &Problem {
        &self.answer.problem
    }

    /// The `WWW-Authenticate` lines, one challenge each.
    pub fn challenges(&self) -> &[HeaderValue] {
        &self.answer.challenges
    }

    /// Whether the answer is that of an unknown route.
    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden
    }

    pub(crate) fn hide(&mut self) {
        self.hidden = true;
        self.complete = true;
    }

    /// Whether policy and application have said what they say of every denial.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(crate) fn complete(&mut self) {
        self.complete = true;
    }

    /// The same denial; an error can be had by reference only.
    pub(crate) fn copied(&self) -> Self {
        Self {
            answer: Arc::clone(&self.answer),
            headers: self.headers.clone(),
            location: self.location.clone(),
            body: self.body.clone(),
            ..*self
        }
    }

    /// Sends the caller there instead.
    pub(crate) fn see_other(&mut self, location: HeaderValue) {
        self.location = Some(location);
    }

    /// The fields that were added to it.
    pub(crate) fn added(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.headers.iter().cloned()
    }

    pub(crate) fn headers(&mut self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
        self.headers.extend(headers);
    }

    /// The application's own body; what an extractor answers stays as it is.
    pub(crate) fn body(&mut self, body: DenialBody) {
        self.body.get_or_insert_with(|| Box::new(Body::OfApplication(body)));
    }
}

impl Denial {
    fn as_extractor(&self, status: StatusCode, body: &Bytes) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::with_body(status, BoxBody::new(body.clone()));
        let headers = response.headers_mut();
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in &self.headers {
            headers.append(name.clone(), value.clone());
        }
        response
    }
}

impl Problem {
    /// The problem that a reason is, as far as no challenge has a part in it.
    pub(crate) fn of(reason: Reason) -> Self {
        let status = reason.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: reason.description().into(),
            error: None,
            error_description: None,
            scope: None,
        }
    }
}

impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        match self.body.as_deref() {
            _ if self.hidden => StatusCode::NOT_FOUND,
            _ if self.location.is_some() => StatusCode::SEE_OTHER,
            Some(Body::OfExtractor(status, _)) => *status,
            Some(Body::OfApplication(_)) | None => self.reason.status(),
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if self.hidden {
            return HttpResponse::NotFound().finish();
        }
        if let Some(location) = &self.location {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((CACHE_CONTROL, "no-store")).insert_header((LOCATION, location.clone()));
            for (name, value) in self.headers.iter().filter(|(name, _)| *name != CACHE_CONTROL) {
                response.append_header((name.clone(), value.clone()));
            }
            return response.finish();
        }
        let (body, content_type) = match self.body.as_deref() {
            Some(Body::OfExtractor(status, body)) => return self.as_extractor(*status, body),
            Some(Body::OfApplication(DenialBody { bytes, content_type })) => (bytes.clone(), content_type.clone()),
            None => (self.answer.body.clone(), HeaderValue::from_static("application/problem+json")),
        };
        let mut response = HttpResponse::with_body(self.reason.status(), BoxBody::new(body));
        let headers = response.headers_mut();
        // The map is empty: `append` costs half of what `insert` does, and these two have one value.
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(CONTENT_TYPE, content_type);
        for line in &self.answer.challenges {
            headers.append(WWW_AUTHENTICATE, line.clone());
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != CACHE_CONTROL && *name != CONTENT_TYPE) {
            headers.append(name.clone(), value.clone());
        }
        if self.reason.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

/// Label only: error text is logged by middleware, and the detail may be the application's own words.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "denied: {}", self.reason.label())
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denial")
            .field("reason", &self.reason)
            .field("hidden", &self.hidden)
            .field("challenges", &self.answer.challenges)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Denial {}

impl From<Infallible> for Denial {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
