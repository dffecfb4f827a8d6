//! A decision that takes time.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::guard::audit::DecisionOutcome;
use crate::guard::explain::NO_RESULTS;
use crate::guard::observation::{Details, NO_SCHEME, Observation};
use crate::guard::refuse::Seen;
use crate::guard::{Attempted, Plan};
use crate::http::parts::Viewed;
use crate::principal::Principal;

/// A decision that somebody waits for: counted and told of as abandoned where nobody does any more, because the caller left.
pub(super) struct Waiting {
    pub(super) plan: Arc<Plan>,
    pub(super) request: HttpRequest,
    pub(super) attempted: Attempted,
    /// Whose credentials were found to be good.
    pub(super) principal: Option<Principal>,
    pub(super) observation: Observation,
    pub(super) is_over: bool,
}

impl Waiting {
    pub(super) fn over(mut self) {
        self.is_over = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let Self { plan, request, attempted, principal, observation, .. } = &*self;
        let (request, principal) = (Viewed::Request(request), principal.as_ref());
        let (attempted, observation, results) = (*attempted, *observation, &NO_RESULTS);
        let seen = Seen { request, observation, attempted, principal, results };
        plan.tell(&seen, DecisionOutcome::Abandoned, None, &Details::default());
        observation.abandoned(attempted.alternative(plan).map_or(NO_SCHEME, |by| by.scheme.name()));
    }
}
