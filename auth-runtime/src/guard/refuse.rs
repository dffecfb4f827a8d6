//! Turning a reason into the one denial of a request, and its one event.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::denial::{Challenge, Denial, Reason, Rejection, Unavailable};
use crate::grant::IdentityError;
use crate::guard::Plan;
use crate::guard::challenges::Challenges;
use crate::guard::observation::{Details, NO_SCHEME, Observation};
use crate::guard::plan::Alternative;
use crate::policy::Hide;
use crate::scheme;
use crate::telemetry::foreign;

/// Why a request is refused, with what its answer and its event say beyond the reason.
pub(crate) struct Refusal {
    pub(super) reason: Reason,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) details: Details,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, headers: Vec::new(), details: Details::default() }
    }
}

impl From<Rejection> for Refusal {
    fn from(Rejection { reason, headers }: Rejection) -> Self {
        Self { headers, ..reason.into() }
    }
}

impl From<Unavailable> for Refusal {
    fn from(Unavailable { reason, cause }: Unavailable) -> Self {
        let refusal = Self::from(reason);
        cause.iter().fold(refusal, |refusal, cause| refusal.because(cause))
    }
}

/// Names the claim and not its value: claims may hold personal data.
impl From<&IdentityError> for Refusal {
    fn from(error: &IdentityError) -> Self {
        let mut refusal = Self::from(error.reason);
        if let Some(claim) = &error.claim {
            refusal.details.claim = Some(foreign(&claim.path));
            refusal.details.cause = Some(foreign(&claim.fault));
            refusal.details.expected = Some(claim.expected);
        }
        refusal
    }
}

impl Refusal {
    /// Adds the error behind it, for the log.
    pub(crate) fn because(mut self, cause: &str) -> Self {
        self.details.cause = Some(foreign(cause));
        self
    }
}

impl Plan {
    /// Records and answers a denial; `attempted` is the alternative whose credentials were looked at.
    pub(crate) fn deny(
        &self,
        request: &HttpRequest,
        observation: Observation,
        attempted: Option<usize>,
        refusal: Refusal,
    ) -> Denial {
        let Refusal { reason, headers, details } = refusal;
        let alternative = attempted.and_then(|index| self.alternative(index));
        let place = alternative.and_then(|alternative| alternative.challenge);
        let scheme = alternative.map_or(NO_SCHEME, |alternative| alternative.scheme.name());
        let written = self.challenges.written(reason, place, scheme);
        observation.denied(request, scheme, reason, &details, written.map(|written| &written.meter));
        let fresh = self.fresh_challenges(request, reason, place);
        let mut denial = Denial::with(
            reason,
            match written {
                Some(written) if fresh.is_empty() => Arc::clone(&written.answer),
                _ => Arc::new(self.challenges.answer(reason, place, &fresh)),
            },
        );
        denial.headers(headers);
        self.complete(request, alternative, denial)
    }

    /// The challenges that differ from answer to answer, by their place; none where the answer has no challenges.
    fn fresh_challenges(
        &self,
        request: &HttpRequest,
        reason: Reason,
        attempted: Option<usize>,
    ) -> Vec<(usize, Vec<Challenge>)> {
        let mut fresh: Vec<(usize, Vec<Challenge>)> = Vec::new();
        if !Challenges::are_sent(reason) {
            return fresh;
        }
        let context = self.context(request);
        for alternative in self.alternatives() {
            let Some(place) = alternative.challenge.filter(|place| fresh.iter().all(|(known, _)| known != place))
            else {
                continue;
            };
            let refusal = scheme::Refusal::new(reason, attempted == Some(place));
            let own = AssertUnwindSafe(|| alternative.scheme.challenges(&context, &refusal));
            match std::panic::catch_unwind(own) {
                Ok(own) => fresh.extend(own.map(|own| (place, own))),
                Err(_) => tracing::error!(scheme = alternative.scheme.name(), "a scheme panicked over its challenges"),
            }
        }
        fresh
    }

    /// Records and answers the denial that a check returned.
    pub(crate) fn pass_on(
        &self,
        request: &HttpRequest,
        observation: Observation,
        attempted: Option<usize>,
        said: Denial,
        check: Option<&'static str>,
    ) -> Denial {
        let alternative = attempted.and_then(|index| self.alternative(index));
        let scheme = alternative.map_or(NO_SCHEME, |alternative| alternative.scheme.name());
        observation.denied(request, scheme, said.reason(), &Details { check, ..Details::default() }, None);
        self.complete(request, alternative, said)
    }

    /// Adds what scheme and application say of every denial: `hide`, headers, and the application's own body.
    fn complete(&self, request: &HttpRequest, attempted: Option<&Alternative>, mut denial: Denial) -> Denial {
        match self.spec.hide {
            Hide::Everything => denial.hide(),
            Hide::FromAuthenticated if denial.reason().status() == StatusCode::FORBIDDEN => denial.hide(),
            // The check that would have said 403 has not decided.
            Hide::FromAuthenticated if denial.reason() == Reason::ArgumentUnfit => denial.hide(),
            Hide::FromAuthenticated | Hide::Nothing => {}
        }
        if denial.is_hidden() {
            return denial;
        }
        if let Some(alternative) = attempted {
            let mut owed = HeaderMap::new();
            let location = alternative.settle(&self.context(request), None, &mut owed);
            denial.headers(owed);
            if let Some(location) = location.filter(|_| denial.reason().status() == StatusCode::UNAUTHORIZED) {
                denial.see_other(location);
            }
        }
        if let Some(hook) = &self.settings.body {
            // The application's own code: when it panics the standard body stays, and the connection with it.
            let written = std::panic::catch_unwind(AssertUnwindSafe(|| hook(request, denial.problem())));
            match written {
                Ok(body) => denial.body(body),
                Err(_) => tracing::error!(policy = self.spec.handler, "the function given to `denial_body` panicked"),
            }
        }
        denial
    }
}
