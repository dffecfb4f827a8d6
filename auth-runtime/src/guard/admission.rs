//! A request that the decision lets through: what is still to be said of it, and what is owed to its answer.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::denial::Denial;
use crate::grant::{Caller, IdentityError};
use crate::guard::Plan;
use crate::guard::observation::Observation;
use crate::http::cache_control;
use crate::policy::Presence;

/// What a decision lets through.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// `None` where nothing was asked.
    pub(crate) admission: Option<Admission>,
}

impl Admitted {
    /// The request to a handler that is open to everybody.
    pub(crate) fn public() -> Self {
        Self { caller: Caller::anonymous(), admission: None }
    }
}

/// The decision behind it. It is counted once: as allowed when nothing of ours can refuse the request any more, or as the
/// denial that it then became.
pub(crate) struct Admission {
    plan: Arc<Plan>,
    /// The alternative that verified the caller, by its place in the plan.
    alternative: Option<usize>,
    observation: Observation,
}

impl Admission {
    pub(crate) fn new(plan: Arc<Plan>, alternative: Option<usize>, observation: Observation) -> Self {
        Self { plan, alternative, observation }
    }

    /// Counts the request as allowed.
    pub(crate) fn allowed(&self) {
        let alternative = self.alternative.and_then(|place| self.plan.alternative(place));
        self.observation.allowed(alternative.map_or(&self.plan.anonymous, |alternative| &alternative.allowed));
    }

    /// The caller is genuine, but what it proved does not fit what the handler asks for.
    pub(crate) fn refuse(&self, request: &HttpRequest, error: &IdentityError) -> Denial {
        self.plan.deny(request, self.observation, self.alternative, error.into())
    }
}

/// What policy and scheme owe the answer of a handler that ran.
pub struct Terms {
    caller: Caller,
    admission: Option<Admission>,
}

impl Terms {
    pub(crate) fn new(caller: Caller, admission: Option<Admission>) -> Self {
        Self { caller, admission }
    }

    /// Wraps the handler's return value.
    pub fn answer<R>(self, answer: R) -> Answered<R> {
        Answered { answer, terms: self }
    }

    /// Adds what is owed to the answer's headers.
    pub(crate) fn settle<B>(&self, request: &HttpRequest, response: &mut HttpResponse<B>) {
        let Some(Admission { plan, alternative, .. }) = &self.admission else { return };
        if plan.spec.presence != Presence::Public && !plan.spec.shared_cache {
            cache_control::keep_private(response.headers_mut());
        }
        if let Some(alternative) = alternative.and_then(|place| plan.alternative(place)) {
            alternative.settle(&plan.context(request), self.caller.principal(), response.headers_mut());
        }
    }
}

/// A handler's return value on its way out.
pub struct Answered<R> {
    answer: R,
    terms: Terms,
}

impl<R: Responder> Responder for Answered<R> {
    type Body = R::Body;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<Self::Body> {
        let mut response = self.answer.respond_to(request);
        self.terms.settle(request, &mut response);
        response
    }
}
