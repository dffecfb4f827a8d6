//! Deciding about what is no request of actix-web's: there is no handler, no check and no body.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::denial::{Denial, Reason};
use crate::guard::ask::verified;
use crate::guard::audit::DecisionOutcome;
use crate::guard::explain::NO_RESULTS;
use crate::guard::observation::{Details, Observation};
use crate::guard::refuse::{Grounds, Seen};
use crate::guard::{Attempted, Plan};
use crate::http::parts::{RequestParts, Viewed};
use crate::policy::{Presence, Requirement};
use crate::principal::Principal;
use crate::scheme::Authentication;

impl Plan {
    /// Judges the caller of a request that has these parts; `None` where nobody need call, and nobody does.
    pub(crate) async fn verify(self: Arc<Self>, parts: RequestParts) -> Result<Option<Principal>, Denial> {
        if self.spec.presence == Presence::Public {
            return Ok(None);
        }
        let observation = Observation::start(self.spec, true);
        let (mut attempted, mut principal) = (Attempted::default(), None);
        // A scheme is foreign code: its panic must not reach the caller.
        let judging = self.admit_caller(&parts, &mut attempted, &mut principal);
        let judging = AssertUnwindSafe(judging).catch_unwind();
        let judged = judging.await.unwrap_or_else(|_| Err(Reason::Panicked.into()));
        let (request, caller) = (Viewed::Parts(&parts), principal.as_ref());
        let seen = Seen { request, observation, attempted, principal: caller, results: &NO_RESULTS };
        if let Err(grounds) = judged {
            return Err(self.deny_seen(&seen, grounds));
        }
        observation.allowed(self.meter_of(attempted));
        self.tell(&seen, DecisionOutcome::Allowed, None, &Details::default());
        Ok(principal)
    }

    /// Decides, and counts whom it lets in.
    async fn admit_caller(
        &self,
        parts: &RequestParts,
        attempted: &mut Attempted,
        caller: &mut Option<Principal>,
    ) -> Result<(), Grounds> {
        self.judge_caller(parts, attempted, caller).await?;
        match self.count_parts(parts, caller.as_ref()) {
            None => Ok(()),
            Some(taken) => Ok(taken.done().await?),
        }
    }

    /// Decides as for a handler, as far as that needs no function of the application's: those take arguments out of a request.
    async fn judge_caller(
        &self,
        parts: &RequestParts,
        attempted: &mut Attempted,
        caller: &mut Option<Principal>,
    ) -> Result<(), Grounds> {
        let own = self.spec.schemes.iter().filter_map(|used| used.condition.as_ref());
        if own.chain([&self.spec.requirement]).any(asks_a_check) {
            return Err(Reason::VerifyUnfit.into());
        }
        let asked = self.ask(Viewed::Parts(parts), attempted);
        let outcome = match asked {
            None => return Ok(self.admits_nobody()?),
            Some(Authentication::Ready(outcome)) => outcome,
            Some(Authentication::Pending(outcome)) => {
                let outcome = tokio::time::timeout(self.settings.deadline, outcome).await;
                outcome.map_err(|_| Reason::DeadlinePassed)?
            }
        };
        let caller = caller.insert(verified(outcome)?);
        if attempted.alternative(self).is_some_and(|alternative| alternative.loader(caller).is_some()) {
            return Err(Reason::VerifyUnfit.into());
        }
        match self.weigh(*attempted, caller, &NO_RESULTS)? {
            None => Ok(()),
            Some(_) => Err(Reason::VerifyUnfit.into()),
        }
    }

    fn deny_seen(&self, seen: &Seen<'_>, grounds: Grounds) -> Denial {
        let denial = self.record(seen, grounds);
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
