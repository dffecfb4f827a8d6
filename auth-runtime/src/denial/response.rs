//! A denial as an HTTP answer.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
#[cfg(all(feature = "testing", debug_assertions))]
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
use serde_json::{Map, Value};

use crate::denial::answer::{Answer, Said};
use crate::denial::{DenialBody, Reason};

/// How soon a caller may try again after a 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// A refused request: its status, its challenges and its body.
///
/// Checks, handlers and extractors of the application's own return one to say why they refuse; the runtime makes all others.
/// Where it comes from a handler guarded by a policy, or is mounted through [`Auth::scope`](crate::Auth::scope), it is answered
/// as all denials are: never stored, with the application's own body where there is one, and as an unknown route under `hide`.
///
/// ```
/// use actix_web::http::StatusCode;
/// use auth_runtime::Denial;
///
/// let spent = Denial::conflict("the month's reports are spent").code("quota").member("limit", 20);
/// assert_eq!((spent.status(), spent.problem().code), (StatusCode::CONFLICT, Some("quota")));
/// ```
#[must_use = "a denial denies where it is returned"]
pub struct Denial {
    pub(super) reason: Reason,
    pub(super) status: StatusCode,
    pub(super) hidden: bool,
    /// Whether policy and application have said what they say of every denial.
    complete: bool,
    answer: Said,
    /// Boxed, so that a denial without any of it is small: it is moved often on its way out.
    extras: Option<Box<Extras>>,
}

/// What few denials have beyond their answer.
#[derive(Clone, Default)]
struct Extras {
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Where the caller is sent instead, by a 303.
    location: Option<HeaderValue>,
    /// Another body than the standard one.
    body: Option<Body>,
    /// Why, for the message of a test.
    #[cfg(all(feature = "testing", debug_assertions))]
    explanation: Option<Arc<str>>,
}

/// A body that is not the standard one.
#[derive(Clone)]
enum Body {
    /// Written by the application's hook.
    OfApplication(DenialBody),
    /// As an extractor answers, whose headers are among the denial's.
    OfExtractor(StatusCode, Bytes),
}

/// The members of the body (RFC 9457), before it is written.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// URI of the kind of problem; `about:blank` means the status says it all.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
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
    /// The application's own name for what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// Members of the application's own.
    #[serde(flatten)]
    pub(super) members: Map<String, Value>,
}

impl Denial {
    /// A denial for this reason, without challenges.
    pub(crate) fn of(reason: Reason) -> Self {
        Self::with(reason, Answer::new(Problem::of(reason), Vec::new()).into())
    }

    pub(crate) fn with(reason: Reason, answer: Said) -> Self {
        Self { reason, status: reason.status(), hidden: false, complete: false, answer, extras: None }
    }

    /// The answer of an extractor that a check needs, which the caller is to blame for. It is stored by nobody, challenges
    /// nobody and sets no cookie: the check has not decided yet.
    pub(crate) fn of_extractor(answer: HttpResponse<()>, body: Bytes) -> Self {
        let mut denial = Self::of(Reason::ArgumentUnfit);
        let dropped = [CACHE_CONTROL, WWW_AUTHENTICATE, PROXY_AUTHENTICATE, SET_COOKIE];
        let kept = answer.headers().iter().filter(|(name, _)| !dropped.contains(name));
        denial.headers(kept.map(|(name, value)| (name.clone(), value.clone())).collect());
        denial.extras().body = Some(Body::OfExtractor(answer.status(), body));
        denial
    }

    /// Why the request was refused.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The status of the answer, unless a policy hides it.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body's members.
    pub fn problem(&self) -> &Problem {
        self.answer.problem()
    }

    /// The `WWW-Authenticate` lines, one challenge each.
    pub fn challenges(&self) -> &[HeaderValue] {
        self.answer.challenges()
    }

    /// Takes over the challenges, and what they say of the error.
    pub(crate) fn challenged_as(&mut self, answer: &Answer) {
        self.answer.change(|own| own.take_challenges_of(answer));
        let Problem { error, error_description, scope, .. } = answer.problem().clone();
        self.edit(|problem| {
            (problem.error, problem.error_description, problem.scope) = (error, error_description, scope)
        });
    }

    /// Changes what the body says, which is then written anew.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Problem)) {
        self.answer.change(|own| own.edit(edit));
    }

    /// Says why, in a test. It is not part of the answer.
    #[cfg(all(feature = "testing", debug_assertions))]
    pub(crate) fn explain(&mut self, why: Option<String>) {
        if let Some(why) = why {
            self.extras.get_or_insert_default().explanation = Some(why.into());
        }
    }

    /// Outside of tests nobody asks.
    #[cfg(not(all(feature = "testing", debug_assertions)))]
    pub(crate) fn explain(&mut self, _: Option<String>) {}

    /// Why, in a test.
    #[cfg(feature = "testing")]
    pub(crate) fn explanation(&self) -> Option<&str> {
        #[cfg(debug_assertions)]
        return self.extras.as_ref()?.explanation.as_deref();
        #[cfg(not(debug_assertions))]
        None
    }

    /// Whether the answer is that of an unknown route, because a policy hides it. Of an operation inside a request, let it be that of an
    /// unknown operation.
    pub fn is_hidden(&self) -> bool {
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
        Self { answer: self.answer.clone(), extras: self.extras.clone(), ..*self }
    }

    /// Sends a caller that would get a 401 there instead.
    pub(crate) fn elsewhere(&mut self, location: Option<HeaderValue>) {
        if self.status == StatusCode::UNAUTHORIZED && (location.is_some() || self.extras.is_some()) {
            self.extras().location = location;
        }
    }

    /// The fields that were added to it.
    pub(crate) fn added(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.extras.iter().flat_map(|extras| extras.headers.iter().cloned())
    }

    pub(crate) fn headers(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        if !headers.is_empty() {
            self.extras().headers.extend(headers);
        }
    }

    /// The application's own body; what an extractor answers stays as it is.
    pub(crate) fn body(&mut self, body: DenialBody) {
        self.extras().body.get_or_insert(Body::OfApplication(body));
    }

    fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }
}

impl Problem {
    /// The problem that a reason is, as far as no challenge has a part in it.
    pub(crate) fn of(reason: Reason) -> Self {
        let status = reason.status();
        Self {
            kind: Cow::Borrowed("about:blank"),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: reason.description().into(),
            error: None,
            error_description: None,
            scope: None,
            code: None,
            members: Map::new(),
        }
    }
}

impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        match self.extras.as_deref() {
            _ if self.hidden => StatusCode::NOT_FOUND,
            Some(Extras { location: Some(_), .. }) => StatusCode::SEE_OTHER,
            Some(Extras { body: Some(Body::OfExtractor(status, _)), .. }) => *status,
            Some(_) | None => self.status,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if self.hidden {
            return HttpResponse::NotFound().finish();
        }
        let extras = self.extras.as_deref();
        if let Some(Extras { location: Some(location), headers, .. }) = extras {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((CACHE_CONTROL, "no-store")).insert_header((LOCATION, location.clone()));
            for (name, value) in headers.iter().filter(|(name, _)| *name != CACHE_CONTROL) {
                response.append_header((name.clone(), value.clone()));
            }
            return response.finish();
        }
        let added = extras.map(|extras| extras.headers.as_slice()).unwrap_or_default();
        let (body, content_type) = match extras.and_then(|extras| extras.body.as_ref()) {
            Some(Body::OfExtractor(status, body)) => return as_extractor(*status, body, added),
            Some(Body::OfApplication(DenialBody { bytes, content_type })) => (bytes.clone(), content_type.clone()),
            None => (self.answer.body(), HeaderValue::from_static("application/problem+json")),
        };
        let mut response = HttpResponse::with_body(self.status, BoxBody::new(body));
        let headers = response.headers_mut();
        // The map is empty: `append` costs half of what `insert` does, and these two have one value.
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(CONTENT_TYPE, content_type);
        for line in self.answer.challenges() {
            headers.append(WWW_AUTHENTICATE, line.clone());
        }
        for (name, value) in added.iter().filter(|(name, _)| *name != CACHE_CONTROL && *name != CONTENT_TYPE) {
            headers.append(name.clone(), value.clone());
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

fn as_extractor(status: StatusCode, body: &Bytes, added: &[(HeaderName, HeaderValue)]) -> HttpResponse<BoxBody> {
    let mut response = HttpResponse::with_body(status, BoxBody::new(body.clone()));
    let headers = response.headers_mut();
    headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in added {
        headers.append(name.clone(), value.clone());
    }
    response
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
            .field("challenges", &self.answer.challenges())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Denial {}

impl From<Infallible> for Denial {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
