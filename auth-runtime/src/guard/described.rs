//! What can be said beforehand of a policy's refusals, for documents.

use actix_web::http::StatusCode;

use crate::denial::Reason;
use crate::guard::Plan;
use crate::policy::{Presence, Requirement, built_in};
use crate::scheme::SchemeDescription;

impl Plan {
    /// The challenges that a caller without credentials gets; none where that one is let in, or sees an unknown route.
    pub(crate) fn first_challenges(&self) -> Vec<String> {
        let missing = Reason::CredentialsMissing;
        if self.spec.presence != Presence::Required || self.hides(missing, missing.status()) {
            return Vec::new();
        }
        let answer = self.challenges.answer(missing, None, None, &[]);
        answer.challenges().iter().filter_map(|line| line.to_str().ok()).map(str::to_owned).collect()
    }

    /// The statuses of its refusals, in order. Those that checks and schemes of the application choose come on top, and 500.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        if self.spec.presence == Presence::Public {
            return Vec::new();
        }
        let described = || self.alternatives().iter().map(|by| by.description());
        let may_be_malformed =
            |scheme: &SchemeDescription| scheme.challenge().is_oauth() || scheme.is_in_authorization_or_query();
        let is_malformed = described().any(may_be_malformed).then_some(Reason::CredentialsMalformed);
        let is_forbidden = (!matches!(self.spec.requirement, Requirement::Authenticated)
            || self.spec.check_after.is_some()
            || self.spec.schemes.iter().any(|used| used.condition.is_some() || built_in(used.keyword).is_none())
            || described().any(|scheme| scheme.may_be_ambient()))
        .then_some(Reason::CheckFailed);
        let is_counted = described().any(SchemeDescription::is_counted).then_some(Reason::TooManyAttempts);
        let is_remembered = described().any(SchemeDescription::is_proven).then_some(Reason::TooManyProofs);
        let always = [Reason::CredentialsMissing, Reason::DeadlinePassed];
        let is_asked_to_sign_in = (self.receiving().is_some()
            && !self.hides(Reason::CredentialsMissing, Reason::CredentialsMissing.status()))
        .then_some(StatusCode::SEE_OTHER.as_u16());
        let mut statuses: Vec<u16> = always
            .into_iter()
            .chain(is_malformed)
            .chain(is_forbidden)
            .chain(is_counted)
            .chain(is_remembered)
            .chain(self.spec.limit.map(|_| Reason::LimitReached))
            .map(|reason| if self.hides(reason, reason.status()) { StatusCode::NOT_FOUND } else { reason.status() })
            .map(|status| status.as_u16())
            .chain(is_asked_to_sign_in)
            .collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }
}
