//! Turning a reason into the one denial of a request, and its one event.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use crate::authorities::LoadFailure;
use crate::denial::{BodyHook, Challenge, Denial, Reason, Rejection, Said, Unavailable};
use crate::grant::IdentityError;
use crate::guard::audit::DecisionOutcome;
use crate::guard::challenges::{ChallengeLine, Challenges};
use crate::guard::explain::Explanation;
use crate::guard::nested::Judged;
use crate::guard::observation::{
    Details, ErrorDetails, NO_SCHEME, Observation, observe_denial_of_handler, observe_unfit_denial,
};
use crate::guard::owed::Owed;
use crate::guard::{Asked, Attempted, Eventual, Plan, Settings, nested};
use crate::http::parts::Viewed;
use crate::policy::{Check, CheckResults, Hide, MaxAge};
use crate::principal::Principal;
use crate::scheme::{self, Additions, Outcome, Reauthentication};
use crate::telemetry::{foreign, limited};

/// Why a request is refused, with what its answer and its event say beyond the reason.
pub(crate) struct Grounds {
    pub(super) reason: Reason,
    /// What the scheme says of it. Boxed, because it is said of few.
    said: Option<Box<Rejection>>,
    pub(super) details: Details,
}

impl From<Reason> for Grounds {
    fn from(reason: Reason) -> Self {
        Self { reason, said: None, details: Details::default() }
    }
}

impl From<Rejection> for Grounds {
    fn from(rejection: Rejection) -> Self {
        let reason = rejection.reason;
        let details = Details { once_good: rejection.once_good, ..Details::default() };
        let says_more = rejection.detail.is_some() || !rejection.headers.is_empty();
        Self { said: says_more.then(|| Box::new(rejection)), details, ..reason.into() }
    }
}

impl From<Unavailable> for Grounds {
    fn from(Unavailable { reason, cause }: Unavailable) -> Self {
        let grounds = Self::from(reason);
        cause.iter().fold(grounds, |grounds, cause| grounds.because(cause))
    }
}

impl From<LoadFailure> for Grounds {
    fn from(LoadFailure { reason, cause }: LoadFailure) -> Self {
        let grounds = Self::from(reason);
        cause.iter().fold(grounds, |grounds, cause| grounds.because(cause))
    }
}

/// Names the claim and not its value: claims may hold personal data.
impl From<&IdentityError> for Grounds {
    fn from(error: &IdentityError) -> Self {
        let mut grounds = Self::from(error.reason);
        if let Some(claim) = &error.claim {
            grounds.details.error = Some(Box::new(ErrorDetails {
                claim: Some(foreign(&claim.path)),
                cause: Some(foreign(&claim.fault)),
                expected: Some(claim.expected),
            }));
        }
        grounds
    }
}

impl Grounds {
    /// Adds the error behind it, for the log.
    pub(crate) fn because(mut self, cause: &str) -> Self {
        self.details.error.get_or_insert_default().cause = Some(foreign(cause));
        self
    }
}

/// A request, as far as it was judged.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a, R = &'a HttpRequest> {
    pub(crate) request: R,
    pub(crate) observation: Observation,
    /// The alternative whose credentials were looked at.
    pub(crate) attempted: Attempted,
    /// Whom they turned out to be of.
    pub(crate) principal: Option<&'a Principal>,
    /// What checks have said so far.
    pub(crate) results: &'a CheckResults,
}

/// The same, whatever the request is: as far as it is told of.
pub(crate) type Seen<'a> = Case<'a, Viewed<'a>>;

impl<'a> From<Case<'a>> for Seen<'a> {
    fn from(Case { request, observation, attempted, principal, results }: Case<'a>) -> Self {
        Self { request: Viewed::Request(request), observation, attempted, principal, results }
    }
}

impl Plan {
    /// Records and answers a denial.
    #[inline]
    pub(crate) fn deny(self: &Arc<Self>, case: Case<'_>, grounds: Grounds) -> Eventual<Denial> {
        let denial = self.record(&case.into(), grounds);
        self.complete(case, denial)
    }

    /// Records a denial.
    #[inline]
    pub(super) fn record(&self, seen: &Seen<'_>, grounds: Grounds) -> Denial {
        let Seen { request, observation, attempted, .. } = *seen;
        let Grounds { reason, said, ref details } = grounds;
        let alternative = attempted.alternative(self);
        let line = alternative.and_then(|alternative| alternative.challenge);
        let scheme = alternative.map_or(NO_SCHEME, |alternative| alternative.scheme.name());
        let written = self.challenges.written(reason, attempted.place, line, scheme);
        let is_written = observation.denied(
            || self.settings.address_share(request.into()),
            seen.principal,
            scheme,
            reason,
            details,
            written.map(|written| &written.meter),
        );
        self.tell(seen, DecisionOutcome::of(reason), Some(reason), details);
        let fresh = match self.renews_challenges() && !self.hides(reason, reason.status()) {
            true => self.fresh_challenges(request, reason, line),
            false => Vec::new(),
        };
        let explained = self.explain(is_written, || {
            let cause = details.error.as_ref().and_then(|error| error.cause.as_deref());
            let refused = details.check.map(|check| (check, cause));
            Explanation { plan: self, seen, reason, status: reason.status().as_u16(), refused }
        });
        let answer = match written {
            Some(written) if fresh.is_empty() => written.answer.into(),
            _ => self.answer_once(reason, attempted, line, &fresh),
        };
        let mut denial = Denial::with(reason, answer);
        if let Some(said) = said {
            let Rejection { headers, detail, .. } = *said;
            if let Some(detail) = detail {
                denial = denial.detail(detail);
            }
            denial.headers(headers);
        }
        denial.explain(explained);
        denial
    }

    #[cold]
    fn answer_once(
        &self,
        reason: Reason,
        attempted: Attempted,
        blamed: Option<ChallengeLine>,
        fresh: &[(ChallengeLine, Vec<Challenge>)],
    ) -> Said {
        self.challenges.answer(reason, attempted.place, blamed, fresh).into()
    }

    /// The challenges that differ from answer to answer, by their line; none where the answer has no challenges.
    fn fresh_challenges(
        &self,
        request: Viewed<'_>,
        reason: Reason,
        blamed: Option<ChallengeLine>,
    ) -> Vec<(ChallengeLine, Vec<Challenge>)> {
        let mut fresh: Vec<(ChallengeLine, Vec<Challenge>)> = Vec::new();
        if !Challenges::are_sent(reason) {
            return fresh;
        }
        let mut context = None;
        for alternative in self.renewing() {
            let Some(line) = alternative.challenge.filter(|line| fresh.iter().all(|(known, _)| known != line)) else {
                continue;
            };
            let context = context.get_or_insert_with(|| self.context(request));
            let refusal = scheme::Refusal::new(reason, blamed == Some(line));
            let own = AssertUnwindSafe(|| alternative.scheme.challenges(context, &refusal));
            match std::panic::catch_unwind(own) {
                Ok(own) => fresh.extend(own.map(|own| (line, own))),
                Err(_) => limited!(error, scheme = alternative.scheme.name(), "a scheme panicked over its challenges"),
            }
        }
        fresh
    }

    /// Records and answers the denial that a check returned.
    pub(crate) fn pass_on(
        self: &Arc<Self>,
        case: Case<'_>,
        mut said: Denial,
        check: Option<&'static Check>,
    ) -> Eventual<Denial> {
        let Case { request, observation, attempted, principal, .. } = case;
        let scheme = attempted.alternative(self).map_or(NO_SCHEME, |alternative| alternative.scheme.name());
        let details = Details { check, code: said.problem().code, ..Details::default() };
        let address = || self.settings.address_share(request.into());
        let is_written = observation.denied(address, principal, scheme, said.reason(), &details, None);
        let seen = Seen::from(case);
        self.tell(&seen, DecisionOutcome::of(said.reason()), Some(said.reason()), &details);
        let explained = self.explain(is_written, || {
            let refused = check.map(|check| (check, Some(&*said.problem().detail)));
            Explanation { plan: self, seen: &seen, reason: said.reason(), status: said.status().as_u16(), refused }
        });
        said.explain(explained);
        self.complete(case, said)
    }

    /// Shapes the denial that a handler returned. The request was allowed, and is counted already.
    pub(crate) fn shape(
        &self,
        request: &HttpRequest,
        attempted: Attempted,
        principal: Option<&Principal>,
        said: &Denial,
    ) -> Denial {
        observe_denial_of_handler(self.spec);
        observe_unfit_denial(Some(self.spec), said.reason());
        let mut denial = said.copied();
        if denial.is_hidden() || self.hides(denial.reason(), denial.status()) {
            nested::hide(request, self.judged(request, attempted, principal));
            denial.hide();
        } else {
            self.challenge(request, attempted, &mut denial);
            self.settings.shape(request, &mut denial);
        }
        denial
    }

    /// Adds what scheme and application say of every denial: `hide`, headers, and the application's own body.
    #[inline]
    fn complete(self: &Arc<Self>, case: Case<'_>, mut denial: Denial) -> Eventual<Denial> {
        let Case { request, attempted, principal, observation, .. } = case;
        if observation.is_of_operation() {
            return Eventual::Ready(self.complete_operation(case, denial));
        }
        if denial.is_hidden() || self.hides(denial.reason(), denial.status()) {
            let judged = self.judged(request, attempted, principal);
            nested::hide(request, judged.or_else(|| self.refused(request, attempted, &denial)));
            denial.hide();
            return Eventual::Ready(denial);
        }
        self.challenge(request, attempted, &mut denial);
        let asked = principal.filter(|_| denial.reason().asks_for_step_up()).and_then(|who| self.asked(attempted, who));
        match self.owed_of(request, attempted, None, asked) {
            Eventual::Ready(owed) => {
                self.finish(request, &mut denial, owed);
                Eventual::Ready(denial)
            }
            Eventual::Pending(owed) => {
                let (plan, request) = (Arc::clone(self), request.clone());
                Eventual::Pending(Box::pin(async move {
                    plan.finish(&request, &mut denial, owed.await);
                    denial
                }))
            }
        }
    }

    /// The same of an operation: what scheme and limits add to the answer is the business of the guard around.
    #[cold]
    fn complete_operation(&self, case: Case<'_>, mut denial: Denial) -> Denial {
        if denial.is_hidden() || self.hides(denial.reason(), denial.status()) {
            // Its challenges would show what it hides.
            denial = Denial::of(denial.reason());
            denial.hide();
            return denial;
        }
        self.challenge(case.request, case.attempted, &mut denial);
        self.settings.shape(case.request, &mut denial);
        denial
    }

    /// What a caller by this alternative is asked for.
    fn asked<'a>(&'a self, attempted: Attempted, who: &'a Principal) -> Option<Reauthentication<'a>> {
        let step_up = self.challenges.step_up(attempted.place?)?;
        let max_age = step_up.max_age.map(MaxAge::as_secs);
        Some(Reauthentication { who, acr: step_up.acr.as_deref(), max_age })
    }

    #[inline]
    fn finish(&self, request: &HttpRequest, denial: &mut Denial, owed: Owed) {
        match owed.map(Additions::into_parts) {
            Ok(None) => {}
            Ok(Some((headers, location))) => {
                denial.headers(headers);
                denial.elsewhere(location);
            }
            Err(reason) => *denial = Denial::of(reason),
        }
        self.settings.shape(request, denial);
    }

    /// What the scheme has said of a caller whom it verified, for guards that come after.
    pub(super) fn judged(
        &self,
        request: &HttpRequest,
        attempted: Attempted,
        principal: Option<&Principal>,
    ) -> Option<Judged> {
        let alternative = attempted.owing(self)?;
        Some(Judged::new(request, alternative, self.realm(), Outcome::Verified(principal?.clone())))
    }

    /// The same of credentials that it refused, or could not judge.
    fn refused(&self, request: &HttpRequest, attempted: Attempted, denial: &Denial) -> Option<Judged> {
        let alternative = attempted.alternative(self).filter(|_| attempted.asked == Asked::Here)?;
        let outcome = match denial.reason().rejection() {
            Ok(rejection) => {
                let rejection = match denial.reason() {
                    Reason::ApplicationDenied => Rejection::forbidden(denial.problem().detail.clone()),
                    _ => rejection,
                };
                Outcome::Refused(denial.added().fold(rejection, |it, (name, value)| it.header(name, value)))
            }
            Err(unavailable) => Outcome::Unavailable(unavailable),
        };
        Some(Judged::new(request, alternative, self.realm(), outcome))
    }

    /// Gives a 401 of the application's own the challenges of the policy.
    #[inline]
    fn challenge(&self, request: &HttpRequest, attempted: Attempted, denial: &mut Denial) {
        if denial.reason() == Reason::ApplicationUnauthorized {
            self.challenge_as_own(request, attempted, denial);
        }
    }

    #[cold]
    fn challenge_as_own(&self, request: &HttpRequest, attempted: Attempted, denial: &mut Denial) {
        let line = attempted.alternative(self).and_then(|alternative| alternative.challenge);
        let fresh = self.fresh_challenges(Viewed::Request(request), denial.reason(), line);
        denial.challenged_as(&self.challenges.answer(denial.reason(), attempted.place, line, &fresh));
    }

    pub(super) fn hides(&self, reason: Reason, status: StatusCode) -> bool {
        match self.spec.hide {
            Hide::Everything => true,
            // Where an extractor answers, the check that would have said 403 has not decided.
            Hide::FromAuthenticated => status == StatusCode::FORBIDDEN || reason == Reason::ArgumentUnfit,
            Hide::Nothing => false,
        }
    }
}

impl Settings {
    /// Gives a denial the application's own body.
    #[inline]
    pub(crate) fn shape(&self, request: &HttpRequest, denial: &mut Denial) {
        denial.complete();
        if let Some(hook) = &self.body {
            write_body(hook, request, denial);
        }
    }
}

/// The application's own code: when it panics the standard body stays, and the connection with it.
fn write_body(hook: &BodyHook, request: &HttpRequest, denial: &mut Denial) {
    match std::panic::catch_unwind(AssertUnwindSafe(|| hook(request, denial))) {
        Ok(body) => denial.body(body),
        Err(_) => limited!(error, "the function given to `denial_body` panicked; the standard body is sent"),
    }
}
