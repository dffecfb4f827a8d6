//! Asking one scheme about one request, in tests.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderValue, REFERRER_POLICY};

use super::{Authentication, Context, Credentials, Outcome, Recognition, Response, Scheme};
use crate::denial::Reason;
use crate::principal::Principal;
use crate::time::{Clock, SystemClock};

/// How credentials came to be in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    Explicit,
    Ambient,
}

/// Whether the scheme finds credentials.
pub(crate) fn find(scheme: &dyn Scheme, request: &HttpRequest, clock: &Arc<dyn Clock>) -> Presence {
    match scheme.find(&Context::new(request, clock)) {
        Credentials::Absent => Presence::Absent,
        Credentials::Explicit(_) => Presence::Explicit,
        Credentials::Ambient(_) => Presence::Ambient,
    }
}

/// What the scheme begins with the credentials it finds; `None` where there are none.
pub(crate) fn begin(scheme: &dyn Scheme, request: &HttpRequest, clock: &Arc<dyn Clock>) -> Option<Authentication> {
    let context = Context::new(request, clock);
    let (Credentials::Explicit(evidence) | Credentials::Ambient(evidence)) = scheme.find(&context) else { return None };
    Some(match evidence.readable() {
        Ok(evidence) => scheme.authenticate(&context, evidence),
        Err(rejection) => Authentication::refused(rejection),
    })
}

/// What the scheme makes of the credentials it finds; `None` where there are none.
pub(crate) async fn ask(scheme: &dyn Scheme, request: &HttpRequest, clock: &Arc<dyn Clock>) -> Option<Outcome> {
    Some(match begin(scheme, request, clock)? {
        Authentication::Ready(outcome) => outcome,
        Authentication::Pending(outcome) => outcome.await,
    })
}

/// Whether the scheme recognizes the credentials it finds.
pub(crate) fn recognizes(scheme: &dyn Scheme, request: &HttpRequest, clock: &Arc<dyn Clock>) -> Recognition {
    let context = Context::new(request, clock);
    match scheme.find(&context) {
        Credentials::Explicit(evidence) | Credentials::Ambient(evidence) if !evidence.is_unreadable() => {
            scheme.recognizes(&context, &evidence)
        }
        _ => Recognition::No,
    }
}

/// What the scheme owes the answer, in the place of what a handler said.
pub(crate) fn respond(scheme: &dyn Scheme, request: &HttpRequest, principal: Option<&Principal>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("unsafe-url"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    if let Response::Ready(additions) = scheme.respond(&Context::new(request, &clock), principal) {
        additions.apply(&mut headers);
    }
    headers
}

/// The reason of a refusal or a failure.
pub(crate) fn reason(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Refused(rejection) => rejection.reason(),
        Outcome::Unavailable(unavailable) => unavailable.reason(),
        Outcome::Verified(principal) => panic!("verified {principal:?}"),
    }
}
