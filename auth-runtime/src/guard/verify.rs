//! Deciding about what is no request of actix-web's: there is no handler, no check and no body.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::denial::{Denial, Reason};
use crate::guard::audit::DecisionOutcome;
use crate::guard::choice::Choice;
use crate::guard::decision::refused_only;
use crate::guard::explain::NO_RESULTS;
use crate::guard::observation::{Details, Observation};
use crate::guard::refuse::{Grounds, Seen};
use crate::guard::{Asked, Attempted, Plan};
use crate::http::parts::{RequestParts, Viewed};
use crate::policy::{CheckResults, Presence, Requirement, Step};
use crate::principal::Principal;
use crate::scheme::{Authentication, Outcome};

impl Plan {
    /// Judges the caller of a request that has these parts; `None` where nobody need call, and nobody does.
    pub(crate) async fn verify(self: Arc<Self>, parts: RequestParts) -> Result<Option<Principal>, Denial> {
        if self.spec.presence == Presence::Public {
            return Ok(None);
        }
        let observation = Observation::start(self.spec, true);
        let mut attempted = Attempted::default();
        let deny = |attempted, principal: Option<&Principal>, grounds| {
            self.deny_parts(&parts, observation, attempted, principal, grounds)
        };
        let own = self.spec.schemes.iter().filter_map(|used| used.condition.as_ref());
        if own.chain([&self.spec.requirement]).any(asks_a_check) {
            return Err(deny(attempted, None, Reason::VerifyUnfit.into()));
        }
        let asked = std::panic::catch_unwind(AssertUnwindSafe(|| self.ask(&parts, &mut attempted)));
        let outcome = match asked {
            Ok(None) if self.spec.presence == Presence::Optional => None,
            Ok(None) => return Err(deny(attempted, None, Reason::CredentialsMissing.into())),
            Ok(Some(Authentication::Ready(outcome))) => Some(outcome),
            Ok(Some(Authentication::Pending(outcome))) => {
                let outcome = AssertUnwindSafe(outcome).catch_unwind();
                match tokio::time::timeout(self.settings.deadline, outcome).await {
                    Ok(Ok(outcome)) => Some(outcome),
                    Ok(Err(_)) => return Err(deny(attempted, None, Reason::Panicked.into())),
                    Err(_) => return Err(deny(attempted, None, Reason::DeadlinePassed.into())),
                }
            }
            Err(_) => return Err(deny(attempted, None, Reason::Panicked.into())),
        };
        let principal = match outcome {
            None => None,
            Some(Outcome::Verified(principal)) => Some(principal),
            Some(Outcome::Refused(rejection)) => return Err(deny(attempted, None, rejection.into())),
            Some(Outcome::Unavailable(unavailable)) => return Err(deny(attempted, None, unavailable.into())),
        };
        if let Some(principal) = &principal {
            // The function that loads authorities takes arguments out of a request.
            if attempted.alternative(&self).is_some_and(|alternative| alternative.loader(principal).is_some()) {
                return Err(deny(attempted, Some(principal), Reason::VerifyUnfit.into()));
            }
            let checks = CheckResults::new();
            // Without checks there is nothing that could still be needed.
            if !matches!(self.weigh(attempted, principal, &checks), Step::Holds) {
                let reason = self.failure(attempted, principal, &checks);
                return Err(deny(attempted, Some(principal), reason.into()));
            }
        }
        observation.allowed(self.meter_of(attempted));
        let seen = Seen {
            request: Viewed::Parts(&parts),
            observation,
            attempted,
            principal: principal.as_ref(),
            results: &NO_RESULTS,
        };
        self.tell(&seen, DecisionOutcome::Allowed, None, &Details::default());
        Ok(principal)
    }

    /// Finds the credentials that count and lets their scheme judge them; `None` where there are none.
    fn ask(&self, parts: &RequestParts, attempted: &mut Attempted) -> Option<Authentication> {
        let context = self.context(parts);
        let Choice { alternative, is_ambient, evidence, is_decided } = self.choose(&context)?;
        attempted.place = Some(alternative);
        if is_ambient {
            // Whether a browser was made to send them cannot be told.
            return Some(Outcome::failed(Reason::CrossSite).into());
        }
        let scheme = &self.alternative(alternative)?.scheme;
        Some(match evidence.readable() {
            Ok(evidence) if is_decided => {
                attempted.asked = Asked::Here;
                scheme.authenticate(&context, evidence)
            }
            Ok(evidence) => refused_only(scheme.refuse_unrecognized(&context, evidence)),
            Err(rejection) => Authentication::refused(rejection),
        })
    }

    fn deny_parts(
        &self,
        parts: &RequestParts,
        observation: Observation,
        attempted: Attempted,
        principal: Option<&Principal>,
        grounds: Grounds,
    ) -> Denial {
        let seen = Seen { request: Viewed::Parts(parts), observation, attempted, principal, results: &NO_RESULTS };
        let denial = self.record(&seen, grounds);
        let is_hidden = self.hides(denial.reason(), denial.status());
        // Its challenges would show what it hides.
        let mut denial = if is_hidden { Denial::of(denial.reason()) } else { denial };
        if is_hidden {
            denial.hide();
        }
        denial.complete();
        denial
    }
}

fn asks_a_check(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Check(_) => true,
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().any(asks_a_check),
        Requirement::Not(inner) => asks_a_check(inner),
        _ => false,
    }
}
