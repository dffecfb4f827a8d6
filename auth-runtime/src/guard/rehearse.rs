//! What a policy would say of a caller that does not call: nothing is counted, told of or remembered, and nobody is asked.

use actix_web::http::StatusCode;

use crate::denial::Reason;
use crate::guard::Plan;
use crate::guard::explain::NO_RESULTS;
use crate::guard::findings::{Findings, FoundCondition, Inquiry};
use crate::guard::plan::Alternative;
use crate::http::parts::RequestParts;
use crate::policy::{Finding, Presence, SchemeName, Step};
use crate::principal::Principal;
use crate::telemetry::foreign;

/// What a policy would say, and what was found on the way.
pub(crate) struct Rehearsal {
    pub(crate) verdict: Verdict,
    /// Of the caller, where the policy got so far.
    pub(crate) findings: Findings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Whoever calls is let in.
    Open,
    /// Let in as nobody: the policy does not look at these credentials, and needs none.
    Anonymous,
    Admitted,
    /// Let in if checks agree, which are not run.
    IfChecked,
    /// Let in if what the application knows of the caller suffices, which is not loaded.
    IfKnown,
    /// Let in with the key or the certificate that the credentials are bound to, which nobody has shown.
    IfProven,
    /// Let in if somebody vouches for the credentials, who is not asked.
    IfVouchedFor,
    Refused(Reason),
}

/// What a configuration says of a token; `None` where somebody would have to be asked.
pub(crate) type Judgement = Option<Result<Principal, Reason>>;

impl From<Verdict> for Rehearsal {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, findings: Findings::default() }
    }
}

impl Plan {
    /// What it would say of somebody who sends this request, if configurations judge its token like that.
    pub(crate) fn rehearse<'a>(
        &self,
        parts: &RequestParts,
        judged: impl Fn(&SchemeName) -> Option<&'a Judgement>,
    ) -> Rehearsal {
        if self.spec.presence == Presence::Public {
            return Verdict::Open.into();
        }
        let context = self.context(parts);
        let Some(choice) = self.choose(&context) else { return self.rehearse_nobody() };
        let Some(by) = self.alternative(choice.alternative) else { return self.rehearse_nobody() };
        let refused = |reason| Verdict::Refused(reason).into();
        match choice.evidence.readable() {
            Err(rejection) => return refused(rejection.reason),
            Ok(_) if !choice.is_decided => return refused(Reason::CredentialsWrong),
            Ok(_) => {}
        }
        match judged(by.name()) {
            None | Some(None) => Verdict::IfVouchedFor.into(),
            Some(Some(Err(reason))) => refused(*reason),
            Some(Some(Ok(_))) if by.loads() => Verdict::IfKnown.into(),
            Some(Some(Ok(principal))) => {
                let rehearsal = self.rehearse_known(by, principal);
                let is_bound = principal.confirmation().is_some();
                match rehearsal.verdict {
                    Verdict::Admitted if is_bound => Rehearsal { verdict: Verdict::IfProven, ..rehearsal },
                    _ => rehearsal,
                }
            }
        }
    }

    /// What it would say of this caller, whom a configuration has verified, and whom the application knows as described.
    pub(crate) fn rehearse_as(&self, scheme: &SchemeName, principal: &Principal) -> Rehearsal {
        let by = self.alternatives().iter().find(|by| by.name() == scheme);
        match by.filter(|_| self.spec.presence != Presence::Public) {
            Some(by) => self.rehearse_known(by, principal),
            None => self.rehearse_nobody(),
        }
    }

    /// What it would say of somebody who sends nothing that it looks at.
    pub(crate) fn rehearse_nobody(&self) -> Rehearsal {
        let verdict = match self.spec.presence {
            Presence::Public => Verdict::Open,
            Presence::Optional => Verdict::Anonymous,
            Presence::Required => Verdict::Refused(Reason::CredentialsMissing),
        };
        verdict.into()
    }

    /// The status that the caller would see, where it is refused.
    pub(crate) fn shown_status(&self, reason: Reason) -> StatusCode {
        let status = reason.status();
        if self.hides(reason, status) { StatusCode::NOT_FOUND } else { status }
    }

    fn rehearse_known(&self, by: &Alternative, principal: &Principal) -> Rehearsal {
        let standard = self.settings.standard();
        let verdict = match by.demand.evaluate(principal, standard, &NO_RESULTS) {
            Step::Holds if self.spec.check_after.is_none() => Verdict::Admitted,
            Step::Holds | Step::Needs(_) => Verdict::IfChecked,
            Step::Fails => Verdict::Refused(by.demand.first_failure(&by.canonical, principal, standard, &NO_RESULTS)),
        };
        let mut findings = Inquiry { principal, standard, results: &NO_RESULTS, refused: None }.findings(by.demand);
        if let Some(after) = self.spec.check_after {
            let lead = if findings.conditions.is_empty() { "" } else { "&& " };
            let written = format!("{lead}check_after({})", foreign(after.written()));
            findings.conditions.push(FoundCondition { written, found: Finding::NotRun, note: String::new() });
        }
        Rehearsal { verdict, findings }
    }
}
