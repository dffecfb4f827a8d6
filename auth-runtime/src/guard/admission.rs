//! A request that the decision lets through: what is still to be said of it, and what is owed to its answer.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::EitherBody;
use actix_web::{Error, HttpRequest, HttpResponse, Responder};

use crate::denial::Denial;
use crate::grant::{Caller, IdentityError};
use crate::guard::audit::{DecisionOutcome, Untold};
use crate::guard::explain::NO_RESULTS;
use crate::guard::observation::{Details, NO_SCHEME, Observation};
use crate::guard::owed::Owed;
use crate::guard::plan::{Alternative, AlternativePlace};
use crate::guard::refuse::Case;
use crate::guard::{Eventual, Plan, nested};
use crate::http::cache_control;
use crate::policy::Presence;
use crate::scheme::Additions;

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

/// The alternative whose credentials were looked at.
#[derive(Clone, Copy, Default)]
pub(crate) struct Attempted {
    pub(crate) place: Option<AlternativePlace>,
    pub(crate) asked: Asked,
}

/// Whether the scheme was asked about the credentials, and by whom.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The request was refused before, or nothing was there.
    #[default]
    Not,
    /// By this guard, or for a denial that it stands in for.
    Here,
    /// By a guard around this one, which then lets the scheme respond, too.
    Around,
}

impl Attempted {
    pub(crate) fn alternative(self, plan: &Plan) -> Option<&Alternative> {
        self.place.and_then(|place| plan.alternative(place))
    }

    /// The alternative whose scheme owes this guard's answer something.
    pub(crate) fn owing(self, plan: &Plan) -> Option<&Alternative> {
        self.alternative(plan).filter(|_| self.asked != Asked::Around)
    }
}

/// The decision behind it. It is counted once: as allowed when nothing of ours can refuse the request any more, or as the
/// denial that it then became.
pub(crate) struct Admission {
    plan: Arc<Plan>,
    /// The alternative that verified the caller.
    attempted: Attempted,
    observation: Observation,
}

impl Admission {
    pub(crate) fn new(plan: Arc<Plan>, attempted: Attempted, observation: Observation) -> Self {
        Self { plan, attempted, observation }
    }

    /// Counts the request as allowed.
    pub(crate) fn allowed(&self, request: &HttpRequest, caller: &Caller) {
        self.observation.allowed(self.plan.meter_of(self.attempted));
        let case = self.case(request, caller);
        self.plan.tell(&case.into(), DecisionOutcome::Allowed, None, &Details::default());
        if !self.observation.is_of_operation() {
            self.plan.leave(case);
        }
    }

    pub(super) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Counts a request that was let in, but whose handler does not run: its arguments could not be had.
    pub(crate) fn not_run(&self, request: &HttpRequest, caller: &Caller) {
        let case = self.case(request, caller);
        let scheme = self.attempted.alternative(&self.plan).map_or(NO_SCHEME, |by| by.scheme.name());
        self.observation.not_run(scheme);
        self.plan.tell(&case.into(), DecisionOutcome::NotRun, None, &Details::default());
    }

    pub(super) fn case<'a>(&self, request: &'a HttpRequest, caller: &'a Caller) -> Case<'a> {
        let Self { observation, attempted, .. } = *self;
        Case { request, observation, attempted, principal: caller.principal(), results: &NO_RESULTS }
    }

    /// The caller is genuine, but what it proved does not fit what the handler asks for.
    pub(crate) fn refuse(&self, request: &HttpRequest, caller: &Caller, error: &IdentityError) -> Eventual<Denial> {
        let case = self.case(request, caller);
        match &error.denial {
            Some(said) => self.plan.pass_on(case, said.copied(), None),
            None => self.plan.deny(case, error.into()),
        }
    }
}

/// The decision of a guard that may have others inside. When the request is over it is counted as allowed, unless one of
/// them has decided it.
pub(crate) struct Surrounding {
    plan: Arc<Plan>,
    attempted: Attempted,
    observation: Observation,
    /// What the decision took, without what is inside.
    took: Duration,
    superseded: Rc<Cell<bool>>,
    untold: Option<Untold>,
}

impl Drop for Surrounding {
    fn drop(&mut self) {
        if !self.superseded.get() {
            self.observation.allowed_after(self.plan.meter_of(self.attempted), self.took);
            if let Some(untold) = self.untold.take() {
                untold.tell(self.took);
            }
        }
    }
}

/// What policy and scheme owe the answer of a handler that ran.
pub(crate) struct Terms {
    caller: Caller,
    admission: Option<Admission>,
}

impl Terms {
    pub(crate) fn new(caller: Caller, admission: Option<Admission>) -> Self {
        Self { caller, admission }
    }

    /// Lets guards inside have the last word.
    pub(crate) fn surround(&self, request: &HttpRequest) -> Option<Surrounding> {
        let admission = self.admission.as_ref()?;
        let (case, plan) = (admission.case(request, &self.caller), &admission.plan);
        let Case { attempted, observation, principal, .. } = case;
        let counted = plan.spec.limit.map(|_| plan.spec.limit_of);
        let superseded = nested::surround(request, plan.judged(request, attempted, principal), counted);
        plan.leave(case);
        let untold = plan.untold(&case.into(), DecisionOutcome::Allowed);
        let (plan, took) = (Arc::clone(plan), observation.took());
        Some(Surrounding { plan, attempted, observation, took, superseded, untold })
    }

    /// What the scheme adds to the answer of a request that its handler, or an extractor of it, has answered.
    pub(crate) fn owed(&self, request: &HttpRequest) -> Eventual<Owed> {
        match &self.admission {
            Some(Admission { plan, attempted, .. }) => plan.owed(request, *attempted, self.caller.principal()),
            None => Eventual::Ready(Ok(Additions::new())),
        }
    }

    /// Wraps the handler's return value, or the error of an argument: actix's or the application's own, which middleware
    /// sees as it is.
    pub(crate) fn answer<R>(self, answer: Result<R, Error>, owed: Owed) -> Answered<R> {
        Answered { answer, terms: Some((self, owed)) }
    }

    /// The denial of the application's own that an answer is, shaped as every denial of this policy.
    fn shape(&self, request: &HttpRequest, error: Option<&Error>) -> Option<Denial> {
        let said = error?.as_error::<Denial>().filter(|denial| !denial.is_complete())?;
        let Admission { plan, attempted, .. } = self.admission.as_ref()?;
        Some(plan.shape(request, *attempted, self.caller.principal(), said))
    }

    /// Adds what policy and scheme say of every answer, to the answer itself or to the denial that it has become. The answer
    /// that the scheme could not complete is replaced.
    pub(crate) fn settle<B>(
        &self,
        request: &HttpRequest,
        response: HttpResponse<B>,
        owed: Owed,
    ) -> HttpResponse<EitherBody<B>> {
        let denial = match &owed {
            Ok(additions) => self.shape(request, response.error()).map(|mut denial| {
                denial.elsewhere(additions.location());
                denial
            }),
            Err(reason) => self.admission.as_ref().map(|admission| admission.plan.incomplete(request, *reason)),
        };
        let mut response = match denial {
            None => response.map_into_left_body(),
            // Has nothing that the answer to an unknown route lacks.
            Some(denial) if denial.is_hidden() => return HttpResponse::from_error(denial).map_into_right_body(),
            Some(denial) => HttpResponse::from_error(denial).map_into_right_body(),
        };
        let (Some(Admission { plan, attempted, .. }), Ok(additions)) = (&self.admission, owed) else { return response };
        if plan.spec.presence != Presence::Public && !plan.spec.shared_cache {
            let by = attempted.alternative(plan);
            if by.is_some_and(|by| by.description().is_never_stored()) {
                cache_control::keep_nowhere(response.headers_mut());
            } else {
                cache_control::keep_private(response.headers_mut());
            }
        }
        additions.apply(response.headers_mut());
        response
    }
}

/// A handler's return value on its way out, or the error that came before it.
pub struct Answered<R> {
    answer: Result<R, Error>,
    terms: Option<(Terms, Owed)>,
}

debug_by_name!([R] Answered<R> as "Answered";);

impl<R> Answered<R> {
    /// A denial, which owes nothing beyond what it says.
    pub(crate) fn denied(error: Error) -> Self {
        Self { answer: Err(error), terms: None }
    }
}

impl<R: Responder> Responder for Answered<R> {
    type Body = EitherBody<EitherBody<R::Body>>;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<Self::Body> {
        let response = self.answer.respond_to(request);
        match self.terms {
            None => response.map_into_left_body(),
            Some((terms, owed)) => terms.settle(request, response, owed),
        }
    }
}
