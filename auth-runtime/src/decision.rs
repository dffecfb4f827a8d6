//! One decision: which credentials count, whether they are good, and whether their owner may pass.

use std::any::TypeId;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;

use crate::check::{CheckContext, Verdict};
use crate::config::Auth;
use crate::denial::{Denial, Reason, Rejection};
use crate::extract::Caller;
use crate::observe::Observation;
use crate::policy::{Check, CheckResults, Plan, PolicySpec, Presence, Step, evaluate, first_failure};
use crate::principal::Principal;
use crate::scheme::{Authentication, Context, Credentials, Outcome};

/// A decision, made at once where nothing has to be waited for.
pub(crate) enum Decision {
    Ready(Result<Caller, Denial>),
    Pending(LocalBoxFuture<'static, Result<Caller, Denial>>),
}

/// Decides whether the request may reach the handler of `spec`.
pub(crate) fn decide(policy: TypeId, spec: &'static PolicySpec, request: &HttpRequest) -> Decision {
    if spec.presence == Presence::Public {
        return Decision::Ready(Ok(Caller::anonymous(None)));
    }
    let observation = Observation::start(spec);
    let plan = match request.app_data::<Auth>().ok_or(Reason::AuthMissing).and_then(|auth| auth.plan(policy)) {
        Ok(plan) => plan,
        Err(reason) => return Decision::Ready(Err(observation.undecidable(reason))),
    };
    let mut attempt = Attempt { plan: Arc::clone(plan), request: request.clone(), alternative: None, observation };
    // A scheme is foreign code: its panic must not reach the worker, and must not let anyone in.
    match std::panic::catch_unwind(AssertUnwindSafe(|| attempt.authenticate())) {
        Ok(Authentication::Ready(outcome)) => attempt.conclude(outcome),
        Ok(Authentication::Pending(outcome)) => Decision::Pending(Box::pin(attempt.within_deadline(outcome))),
        Err(_) => Decision::Ready(Err(attempt.deny(Reason::Panicked.into()))),
    }
}

/// A request on its way through one plan.
struct Attempt {
    plan: Arc<Plan>,
    request: HttpRequest,
    /// The alternative whose credentials decide.
    alternative: Option<usize>,
    observation: Observation,
}

impl Attempt {
    /// Finds the credentials that count and lets their scheme judge them.
    fn authenticate(&mut self) -> Authentication {
        let context = Context::new(&self.request, &self.plan.settings.clock);
        let Some((index, found)) = self.plan.decisive(&context) else {
            return Authentication::Ready(Outcome::Absent);
        };
        self.alternative = Some(index);
        if found == Credentials::Ambient && !self.plan.settings.origins.permits(&self.request) {
            return Authentication::Ready(Outcome::Rejected(Reason::CrossSite.into()));
        }
        match self.plan.alternative(index) {
            Some(alternative) => alternative.scheme.authenticate(&context),
            None => Authentication::Ready(Outcome::Absent),
        }
    }

    /// Turns what the scheme found into a decision.
    fn conclude(self, outcome: Outcome) -> Decision {
        match self.judge(outcome) {
            Ok(Judged::Passes(attempt, principal)) => Decision::Ready(Ok(attempt.pass(principal))),
            Ok(Judged::Needs(attempt, principal, check)) => {
                Decision::Pending(Box::pin(attempt.checks_within_deadline(principal, check)))
            }
            Err(denial) => Decision::Ready(Err(denial)),
        }
    }

    fn judge(mut self, outcome: Outcome) -> Result<Judged, Denial> {
        let principal = match outcome {
            Outcome::Verified(principal) => principal,
            Outcome::Rejected(rejection) => return Err(self.deny(rejection)),
            Outcome::Unavailable(reason) => return Err(self.deny(reason.into())),
            Outcome::Absent => {
                self.alternative = None;
                return match self.plan.spec.presence {
                    Presence::Optional => Ok(Judged::Passes(self, None)),
                    Presence::Required | Presence::Public => Err(self.deny(Reason::CredentialsMissing.into())),
                };
            }
        };
        self.observation.identified(&principal);
        let checks = CheckResults::new();
        match evaluate(self.plan.spec.requirement, &principal, &self.plan.settings.hierarchies, &checks) {
            Step::Holds => Ok(Judged::Passes(self, Some(principal))),
            Step::Fails => Err(self.deny(self.failure(&principal, &checks).into())),
            Step::Needs(check) => Ok(Judged::Needs(self, principal, check)),
        }
    }

    /// Waits for the scheme, then for the checks, both within one deadline.
    async fn within_deadline(self, outcome: LocalBoxFuture<'static, Outcome>) -> Result<Caller, Denial> {
        let late = self.late();
        let deadline = self.plan.settings.deadline;
        let decided = async move {
            let outcome = match AssertUnwindSafe(outcome).catch_unwind().await {
                Ok(outcome) => outcome,
                Err(_) => return Err(self.deny(Reason::Panicked.into())),
            };
            match self.judge(outcome)? {
                Judged::Passes(attempt, principal) => Ok(attempt.pass(principal)),
                Judged::Needs(attempt, principal, check) => attempt.checks(principal, check).await,
            }
        };
        match tokio::time::timeout(deadline, decided).await {
            Ok(decision) => decision,
            Err(_) => Err(late.deny(Reason::DeadlinePassed.into())),
        }
    }

    async fn checks_within_deadline(self, principal: Principal, check: &'static Check) -> Result<Caller, Denial> {
        let late = self.late();
        match tokio::time::timeout(self.plan.settings.deadline, self.checks(principal, check)).await {
            Ok(decision) => decision,
            Err(_) => Err(late.deny(Reason::DeadlinePassed.into())),
        }
    }

    /// Runs checks one after the other, as long as their results still matter.
    async fn checks(self, principal: Principal, first: &'static Check) -> Result<Caller, Denial> {
        let mut results = CheckResults::new();
        let mut refusal = None;
        let mut check = first;
        let caller = self.caller(Some(principal.clone()));
        loop {
            let context = CheckContext::new(caller.clone(), self.request.clone());
            // Started inside the guarded future: a check may panic before its first await.
            let verdict = AssertUnwindSafe(async { (check.run)(context).await }).catch_unwind().await;
            let held = match verdict {
                Ok(Verdict::Allowed) => true,
                Ok(Verdict::Refused) => false,
                Ok(Verdict::Denied(denial)) => {
                    refusal.get_or_insert(denial);
                    false
                }
                Ok(Verdict::Erred(error)) => {
                    self.observation.check_erred(check.name, &error);
                    return Err(self.deny(Reason::CheckErred.into()));
                }
                Ok(Verdict::ReadBody) => return Err(self.deny(Reason::CheckReadBody.into())),
                Err(_) => return Err(self.deny(Reason::Panicked.into())),
            };
            results.record(check, held);
            match evaluate(self.plan.spec.requirement, &principal, &self.plan.settings.hierarchies, &results) {
                Step::Holds => return Ok(self.pass(Some(principal))),
                Step::Needs(next) => check = next,
                Step::Fails => {
                    let reason = self.failure(&principal, &results);
                    return Err(match refusal {
                        // What the application says itself helps more, unless other scopes would.
                        Some(said) if reason != Reason::ScopeMissing => {
                            self.observation.denied(said.reason());
                            self.plan.finish(&self.request, said)
                        }
                        _ => self.deny(reason.into()),
                    });
                }
            }
        }
    }

    fn pass(self, principal: Option<Principal>) -> Caller {
        self.observation.allowed();
        self.caller(principal)
    }

    fn caller(&self, principal: Option<Principal>) -> Caller {
        match principal {
            Some(principal) => {
                Caller::verified(principal, self.alternative.unwrap_or_default(), Arc::clone(&self.plan))
            }
            None => Caller::anonymous(Some(Arc::clone(&self.plan))),
        }
    }

    fn failure(&self, principal: &Principal, checks: &CheckResults) -> Reason {
        let plan = &self.plan;
        first_failure(plan.spec.requirement, &plan.canonical, principal, &plan.settings.hierarchies, checks)
    }

    fn deny(&self, rejection: Rejection) -> Denial {
        self.observation.denied(rejection.reason());
        self.plan.deny(&self.request, self.alternative, rejection)
    }

    /// What is left to say when the deadline has dropped the attempt itself.
    fn late(&self) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            request: self.request.clone(),
            alternative: self.alternative,
            observation: self.observation.clone(),
        }
    }
}

/// A caller whose credentials are good.
enum Judged {
    Passes(Attempt, Option<Principal>),
    Needs(Attempt, Principal, &'static Check),
}
