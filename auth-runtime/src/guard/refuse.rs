//! Turning a reason into the one denial of a request, and its one event.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::denial::{Denial, Reason, Rejection};
use crate::grant::IdentityError;
use crate::guard::Plan;
use crate::guard::observation::{Details, NO_SCHEME, Observation};
use crate::guard::plan::Alternative;
use crate::policy::Hide;
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
        observation.denied(scheme, reason, &details, written.map(|written| &written.meter));
        let mut denial = Denial::with(
            reason,
            match written {
                Some(written) => Arc::clone(&written.answer),
                None => Arc::new(self.challenges.answer(reason, place)),
            },
        );
        denial.headers(headers);
        self.complete(request, alternative, denial)
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
        observation.denied(scheme, said.reason(), &Details { check, ..Details::default() }, None);
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
            alternative.settle(request, None, &mut owed);
            denial.headers(owed);
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
