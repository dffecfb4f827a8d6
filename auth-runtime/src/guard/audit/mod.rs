//! Telling others of decisions, without making the request wait for them.

mod audience;
mod log;

use std::time::{Duration, Instant};

use self::audience::Ear;
pub(crate) use self::audience::{Audience, Untold};
pub use self::log::AuditLog;
use crate::denial::Reason;
use crate::guard::limit::FirstRefusals;
use crate::guard::observation::{Details, NO_SCHEME};
use crate::guard::refuse::{Case, Seen};
use crate::guard::{LeftInRequests, Plan};
use crate::http::parts::RequestParts;
use crate::http::peer::AddressShare;
use crate::policy::{Check, PolicySpec};
use crate::principal::Principal;
use crate::shares;

/// One decision about one request, for [`Auth::on_decision`](crate::Auth::on_decision).
#[derive(Clone, Debug)]
pub struct Decision {
    pub(super) policy: &'static PolicySpec,
    pub(super) is_of_operation: bool,
    pub(super) outcome: DecisionOutcome,
    pub(super) reason: Option<Reason>,
    pub(super) code: Option<&'static str>,
    pub(super) check: Option<&'static Check>,
    pub(super) caller: Option<Principal>,
    pub(super) scheme: &'static str,
    pub(super) took: Duration,
    pub(super) request: RequestParts,
    /// The mark of whoever was good within the last hour, with the credentials that are refused now, or in their name.
    pub(super) once_good: Option<u64>,
    pub(super) address: AddressShare,
}

/// How a decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecisionOutcome {
    /// The handler runs.
    Allowed,
    /// The caller may pass, but the handler does not run: its arguments could not be had, and `check_after` waited for them.
    NotRun,
    /// The caller is refused.
    Denied,
    /// This side could not decide; the caller got a 5xx.
    Failed,
    /// The caller left before the decision was made.
    Abandoned,
}

impl Decision {
    /// The policy that decided.
    pub fn policy(&self) -> &'static PolicySpec {
        self.policy
    }

    /// Whether it is about an operation inside a request, which [`Auth::admit`](crate::Auth::admit) was asked about: the request itself
    /// has a decision of its own.
    pub fn is_of_operation(&self) -> bool {
        self.is_of_operation
    }

    /// How it ended.
    pub fn outcome(&self) -> DecisionOutcome {
        self.outcome
    }

    /// Why the request was refused.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The application's own name for it, as [`Denial::code`](crate::Denial::code) of a check has it.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The check that refused.
    pub fn check(&self) -> Option<&'static Check> {
        self.check
    }

    /// Who called, where the credentials were good; also where the request was refused all the same.
    pub fn caller(&self) -> Option<&Principal> {
        self.caller.as_ref()
    }

    /// Name of the scheme whose credentials were looked at; `none` where there were none.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// How long it took.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// The request, without its credentials.
    pub fn request(&self) -> &RequestParts {
        &self.request
    }

    /// What it takes in memory.
    fn bytes(&self) -> usize {
        let caller = self.caller.as_ref().map_or(0, Principal::bytes);
        size_of::<Self>().saturating_add(self.request.bytes()).saturating_add(caller)
    }

    /// Whether it tells of credentials that were good once.
    fn is_kept(&self) -> bool {
        self.reason.is_some_and(Reason::is_always_written)
    }

    /// Whether it is the first refusal of whoever was good before.
    fn is_first(&self, firsts: &FirstRefusals) -> bool {
        let once_good = self.once_good.or_else(|| self.caller.as_ref().map(shares::mark));
        self.outcome == DecisionOutcome::Denied
            && once_good.is_some_and(|once_good| firsts.is_first(once_good, self.address, Instant::now()))
    }
}

impl DecisionOutcome {
    /// What it is called in metrics and records.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NotRun => "not_run",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    pub(super) fn of(reason: Reason) -> Self {
        if reason.status().is_server_error() { Self::Failed } else { Self::Denied }
    }

    fn is_refusal(self) -> bool {
        matches!(self, Self::Denied | Self::Failed)
    }
}

impl Plan {
    /// Tells whoever wants to hear of a decision.
    #[inline]
    pub(super) fn tell(&self, seen: &Seen<'_>, outcome: DecisionOutcome, reason: Option<Reason>, details: &Details) {
        let Some(ear) = self.settings.audience.ear(outcome).filter(|_| seen.observation.counts()) else { return };
        let &Details { check, code, once_good, .. } = details;
        ear.tell(Decision { reason, check, code, once_good, ..self.decision(&ear, seen, outcome) });
    }

    /// The same, to be told later; `None` while nobody wants to hear.
    pub(super) fn untold(&self, seen: &Seen<'_>, outcome: DecisionOutcome) -> Option<Untold> {
        let ear = self.settings.audience.ear(outcome).filter(|_| seen.observation.counts())?;
        Some(ear.prepare(self.decision(&ear, seen, outcome)))
    }

    fn decision(&self, ear: &Ear<'_>, seen: &Seen<'_>, outcome: DecisionOutcome) -> Decision {
        let alternative = seen.attempted.alternative(self);
        Decision {
            policy: self.spec,
            is_of_operation: seen.observation.is_of_operation(),
            outcome,
            reason: None,
            code: None,
            check: None,
            caller: seen.principal.cloned(),
            scheme: alternative.map_or(NO_SCHEME, |alternative| alternative.scheme.name()),
            took: seen.observation.took(),
            request: ear.redaction.parts(seen.request.into()),
            once_good: None,
            address: self.settings.address_share(seen.request.into()),
        }
    }

    /// Leaves in the request what others ask for later: the caller, and what operations are judged by.
    pub(super) fn leave(&self, case: Case<'_>) {
        let LeftInRequests { principal, operations } = self.settings.left;
        if let Some(caller) = case.principal.filter(|_| principal) {
            caller.expose(case.request);
        }
        if let Some(operations) = operations {
            self.open(case, operations);
        }
    }
}
