//! One decision: which credentials count, whether they are good, and whether their owner may pass.

use std::any::TypeId;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;

use crate::authorities::{LoadOutcome, Loading};
use crate::denial::{Denial, Reason};
use crate::grant::{Caller, Loaded};
use crate::guard::ask::verified;
use crate::guard::heard::{Heard, Said};
use crate::guard::observation::Observation;
use crate::guard::refuse::{Case, Grounds};
use crate::guard::waiting::Waiting;
use crate::guard::{Admission, Admitted, Attempted, Eventual, Plan, Plans, nested, operation};
use crate::http::parts::Viewed;
use crate::limits::{Spent, Taken};
use crate::policy::check::CheckContext;
use crate::policy::{Check, CheckResults, PolicySpec, Presence};
use crate::principal::{NamesIn, Principal};
use crate::scheme::{Authentication, Outcome, PendingOutcome};

/// A decision, made at once where nothing has to be waited for.
pub(crate) type Decision = Eventual<Result<Admitted, Denial>>;

/// The same, where the scheme may still have something to say of the denial.
type Decided = Result<Admitted, Eventual<Denial>>;

/// Decides whether the request may reach the handler of `spec`.
///
/// `plans` are those of the `Auth` in force; there are none where no `Auth` is attached.
pub(crate) fn decide(
    plans: Option<&Plans>,
    policy: TypeId,
    spec: &'static PolicySpec,
    request: &HttpRequest,
) -> Decision {
    if spec.presence == Presence::Public {
        return Decision::Ready(Ok(Admitted::public()));
    }
    let observation = Observation::start(spec, nested::supersede(request));
    let plan = plans.ok_or(Reason::AuthMissing).and_then(|plans| plans.plan(policy));
    decide_by(plan, request, observation, |plan, attempted| Ok(plan.ask(Viewed::Request(request), attempted)))
}

/// Decides whether an operation inside the request may run, by the credentials that a guard around has accepted.
pub(crate) fn decide_operation(
    plans: &Plans,
    policy: TypeId,
    spec: &'static PolicySpec,
    request: &HttpRequest,
) -> Decision {
    if spec.presence == Presence::Public {
        return Decision::Ready(Ok(Admitted::public()));
    }
    let observation = Observation::start_operation(spec);
    decide_by(plans.plan(policy), request, observation, |plan, attempted| plan.accepted(request, attempted))
}

/// The same once it is known which plan decides, and of which credentials.
#[inline]
fn decide_by(
    plan: Result<&Arc<Plan>, Reason>,
    request: &HttpRequest,
    observation: Observation,
    credentials: impl FnOnce(&Plan, &mut Attempted) -> Result<Option<Authentication>, Reason>,
) -> Decision {
    match plan {
        Ok(plan) => GuardedRequest::new(plan, request, observation).ask(|attempted| credentials(plan, attempted)),
        Err(reason) => Decision::Ready(Err(observation.undecidable(request.peer_addr(), reason))),
    }
}

fn decision(decided: Decided) -> Decision {
    match decided {
        Ok(admitted) => Decision::Ready(Ok(admitted)),
        Err(denial) => denial.map(Err),
    }
}

/// A request on its way through one plan.
struct GuardedRequest<'a> {
    plan: &'a Arc<Plan>,
    request: &'a HttpRequest,
    /// The alternative whose credentials decide.
    attempted: Attempted,
    /// Whom they turned out to be of.
    verified: Option<Principal>,
    /// The check that runs, or that refused.
    check: Option<&'static Check>,
    /// What checks have said.
    results: CheckResults,
    /// What checks have loaded.
    loaded: Loaded,
    observation: Observation,
}

/// What follows from the credentials.
enum Judged {
    Done(Decided),
    Needs(Principal, &'static Check),
    /// What the application knows of the caller is being loaded.
    Loads(Principal, LocalBoxFuture<'static, LoadOutcome>),
    /// Whether the caller is within its limit is asked elsewhere.
    Counts(Option<Principal>, LocalBoxFuture<'static, Result<(), Spent>>),
}

impl<'a> GuardedRequest<'a> {
    fn new(plan: &'a Arc<Plan>, request: &'a HttpRequest, observation: Observation) -> Self {
        Self {
            plan,
            request,
            attempted: Attempted::default(),
            verified: None,
            check: None,
            results: CheckResults::new(),
            loaded: Loaded::default(),
            observation,
        }
    }

    /// Decides by what is said of the credentials.
    fn ask(mut self, ask: impl FnOnce(&mut Attempted) -> Result<Option<Authentication>, Reason>) -> Decision {
        // A scheme is foreign code: its panic must not reach the worker, and must not let anyone in.
        match std::panic::catch_unwind(AssertUnwindSafe(|| ask(&mut self.attempted))) {
            Ok(Ok(None)) => match self.plan.admits_nobody() {
                Ok(()) => {
                    let judged = self.admit(None);
                    self.decided(judged)
                }
                Err(reason) => decision(Err(self.deny(reason))),
            },
            Ok(Ok(Some(Authentication::Ready(outcome)))) => {
                let judged = self.judge(outcome);
                self.decided(judged)
            }
            Ok(Ok(Some(Authentication::Pending(outcome)))) => {
                self.later(async move |guarded| guarded.wait(outcome).await)
            }
            Ok(Err(reason)) => decision(Err(self.deny(reason))),
            Err(_) => decision(Err(self.deny(Reason::Panicked))),
        }
    }

    /// Turns what the scheme found into a decision, as far as that needs no check.
    fn judge(&mut self, outcome: Outcome) -> Judged {
        match verified(outcome) {
            Ok(principal) => self.load(principal),
            Err(grounds) => Judged::Done(Err(self.deny(grounds))),
        }
    }

    /// Asks what the application knows of the caller, unless a guard around this one has.
    fn load(&mut self, principal: Principal) -> Judged {
        let (plan, request) = (self.plan, self.request);
        let by = self.attempted.alternative(plan);
        let Some((by, loader)) = by.and_then(|by| Some((by, by.loader(&principal)?))) else {
            return self.weigh(principal);
        };
        if self.observation.is_of_operation() && principal.has_rights() {
            return self.weigh(principal);
        }
        if let Some(loaded) = nested::loaded(request, by, &principal) {
            return self.weigh(loaded);
        }
        let address = || plan.settings.address_share(request.into());
        let begin = || loader.load(&principal, request, address, plan.settings.deadline);
        match std::panic::catch_unwind(AssertUnwindSafe(begin)) {
            Ok(Loading::Known(found)) => self.loaded(principal, found),
            Ok(Loading::Asked(load)) => Judged::Loads(principal, load),
            Err(_) => Judged::Done(Err(self.deny(Reason::Panicked))),
        }
    }

    /// Judges the caller with what the application knows of it.
    fn loaded(&mut self, principal: Principal, found: LoadOutcome) -> Judged {
        let plan = self.plan;
        let by = self.attempted.alternative(plan);
        match (found, by.and_then(|by| Some((by.loader(&principal)?, by.is_oauth())))) {
            (Err(failure), _) => Judged::Done(Err(self.deny(failure))),
            (Ok(_), None) => self.weigh(principal),
            (Ok(known), Some((loader, is_token))) => {
                let holding = |held: NamesIn<'_>, scope: &str| plan.settings.hierarchies.scopes.grants(held, scope);
                self.weigh(loader.apply(&known, &principal, is_token, &holding))
            }
        }
    }

    /// Judges the caller, as far as that needs no check.
    fn weigh(&mut self, principal: Principal) -> Judged {
        let checks = CheckResults::new();
        match self.plan.weigh(self.attempted, &principal, &checks) {
            Ok(None) => self.admit(Some(principal)),
            Ok(Some(check)) => {
                self.verified = Some(principal.clone());
                Judged::Needs(principal, check)
            }
            Err(reason) => {
                self.verified = Some(principal);
                Judged::Done(Err(self.deny(reason)))
            }
        }
    }

    /// Lets a request in, if it is within the limit.
    fn admit(&mut self, principal: Option<Principal>) -> Judged {
        let counted = match self.observation.is_of_operation() {
            // Each by itself, whatever the request around was counted against.
            true => self.plan.count_parts(self.request, principal.as_ref()),
            false => self.plan.count(self.request, principal.as_ref()),
        };
        match counted {
            None | Some(Taken::Now(Ok(()))) => Judged::Done(Ok(self.pass(principal))),
            Some(Taken::Now(Err(spent))) => Judged::Done(self.too_often(principal, spent)),
            Some(Taken::Asked(counted)) => Judged::Counts(principal, counted),
        }
    }

    fn too_often(&mut self, principal: Option<Principal>, spent: Spent) -> Decided {
        self.verified = principal;
        // None of them refused.
        self.check = None;
        Err(self.deny(spent))
    }

    /// What was judged at once, or the rest of it.
    fn decided(self, judged: Judged) -> Decision {
        match judged {
            Judged::Done(decided) => decision(decided),
            undecided => self.later(async move |guarded| guarded.decide(undecided).await),
        }
    }

    /// Goes on in a future of its own, within the deadline.
    fn later<F>(self, rest: F) -> Decision
    where
        F: AsyncFnOnce(&mut GuardedRequest<'_>) -> Decided + 'static,
    {
        let Self { plan, request, attempted, verified, observation, .. } = self;
        let (plan, request, principal) = (Arc::clone(plan), request.clone(), verified.clone());
        let waiting = Waiting { plan, request, attempted, principal, observation, is_over: false };
        Decision::Pending(Box::pin(async move {
            let (plan, request) = (&waiting.plan, &waiting.request);
            let mut guarded = GuardedRequest::new(plan, request, observation);
            (guarded.attempted, guarded.verified) = (attempted, verified);
            let decided = tokio::time::timeout(plan.settings.deadline, rest(&mut guarded)).await;
            let decided = decided.unwrap_or_else(|_| Err(guarded.deny(Reason::DeadlinePassed)));
            drop(guarded);
            waiting.over();
            match decided {
                Ok(admitted) => Ok(admitted),
                Err(denial) => Err(denial.get().await),
            }
        }))
    }

    /// Waits for the scheme, then for the checks.
    async fn wait(&mut self, outcome: PendingOutcome) -> Decided {
        let outcome = match AssertUnwindSafe(outcome).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(_) => return Err(self.deny(Reason::Panicked)),
        };
        let judged = self.judge(outcome);
        self.decide(judged).await
    }

    /// Waits for what the decision still lacks.
    async fn decide(&mut self, mut judged: Judged) -> Decided {
        loop {
            judged = match judged {
                Judged::Done(decided) => return decided,
                Judged::Needs(principal, check) => self.checks(principal, check).await,
                Judged::Counts(principal, counted) => match counted.await {
                    Ok(()) => return Ok(self.pass(principal)),
                    Err(spent) => return self.too_often(principal, spent),
                },
                Judged::Loads(principal, load) => {
                    let found = load.await;
                    self.loaded(principal, found)
                }
            }
        }
    }

    /// Runs checks one after the other, as long as their results still matter.
    async fn checks(&mut self, principal: Principal, first: &'static Check) -> Judged {
        let mut said = None;
        let mut check = first;
        let mut caller = self.caller(Some(principal.clone()));
        loop {
            self.check = Some(check);
            let context = CheckContext::new(caller.clone(), self.request.clone());
            // Started inside the guarded future: a check may panic before its first await.
            let verdict = AssertUnwindSafe(async { (check.run)(context).await }).catch_unwind().await;
            // What a check says helps more than that it failed, but only the first that fails is heard.
            let heard = self.results.first_refusal().is_none();
            let held = match Heard::of(verdict) {
                Heard::Holds(None) => true,
                Heard::Holds(Some(value)) => {
                    self.loaded.push(value);
                    caller = self.caller(Some(principal.clone()));
                    true
                }
                Heard::Refuses(says) => {
                    said = said.or(says.filter(|says| heard || matches!(says, Said::Denial(_))));
                    false
                }
                Heard::Fails(grounds) => return Judged::Done(Err(self.deny(grounds))),
            };
            self.results.record(check, held);
            match self.plan.weigh(self.attempted, &principal, &self.results) {
                Ok(None) => return self.admit(Some(principal)),
                Ok(Some(next)) => check = next,
                Err(reason) => {
                    self.check = self.results.first_refusal();
                    return Judged::Done(Err(match said {
                        // Unless other scopes would help.
                        Some(said) if reason != Reason::ScopeMissing => self.plan.refuse(self.case(), said, self.check),
                        _ => self.deny(reason),
                    }));
                }
            }
        }
    }

    fn pass(&self, principal: Option<Principal>) -> Admitted {
        if let Some(principal) = principal.as_ref().filter(|_| self.observation.is_of_operation()) {
            operation::remember(self.request, principal);
        }
        let caller = self.caller(principal);
        let admission = Admission::new(Arc::clone(self.plan), self.attempted, self.observation);
        Admitted { caller, admission: Some(admission) }
    }

    fn caller(&self, principal: Option<Principal>) -> Caller {
        match principal.zip(self.attempted.alternative(self.plan)) {
            Some((principal, by)) => {
                let (scheme, clock) = (Arc::clone(&by.scheme), Arc::clone(&self.plan.settings.clock));
                let caller = Caller::verified(principal, by.kind, scheme, clock);
                caller.with_loaded(self.loaded.clone())
            }
            None => Caller::anonymous(),
        }
    }

    fn case(&self) -> Case<'_> {
        let Self { request, attempted, observation, .. } = *self;
        Case { request, observation, attempted, principal: self.verified.as_ref(), results: &self.results }
    }

    fn deny(&self, grounds: impl Into<Grounds>) -> Eventual<Denial> {
        let mut grounds = grounds.into();
        grounds.details.check = self.check;
        self.plan.deny(self.case(), grounds)
    }
}
