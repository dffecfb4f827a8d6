//! Asking the scheme whose credentials decide whether they are good.

use crate::denial::{Reason, Rejection};
use crate::guard::choice::Choice;
use crate::guard::refuse::Grounds;
use crate::guard::{Asked, Attempted, Plan, nested};
use crate::http::parts::Viewed;
use crate::principal::Principal;
use crate::scheme::{Authentication, Outcome};

impl Plan {
    /// Finds the credentials that count and lets their scheme judge them; `None` where there are none.
    pub(super) fn ask(&self, request: Viewed<'_>, attempted: &mut Attempted) -> Option<Authentication> {
        let context = self.context(request);
        let Choice { alternative, is_ambient, evidence, is_decided } = self.choose(&context)?;
        attempted.place = Some(alternative);
        if is_ambient && !self.permits_ambient(request) {
            return Some(Outcome::failed(Reason::CrossSite).into());
        }
        let alternative = self.alternative(alternative)?;
        let scheme = &alternative.scheme;
        let evidence = match evidence.readable() {
            Ok(evidence) if is_decided => evidence,
            Ok(evidence) => return Some(refused_only(scheme.refuse_unrecognized(&context, evidence))),
            Err(rejection) => return Some(Authentication::refused(rejection)),
        };
        // After the rules of this policy: they may be stricter than those of the guard around.
        if let Viewed::Request(request) = request
            && let Some((outcome, is_around)) = nested::judged(request, alternative, self.realm())
        {
            attempted.asked = if is_around { Asked::Around } else { Asked::Here };
            return Some(
                match outcome {
                    Outcome::Verified(principal) if self.spec.without_authorities => {
                        Outcome::Verified(principal.by_credentials().clone())
                    }
                    outcome => outcome,
                }
                .into(),
            );
        }
        attempted.asked = Asked::Here;
        Some(scheme.authenticate(&context, evidence))
    }

    /// Whether credentials count that a browser may have been made to send.
    fn permits_ambient(&self, request: Viewed<'_>) -> bool {
        match request {
            Viewed::Request(request) => self.settings.origins.permits(request),
            // Where it comes from cannot be told.
            Viewed::Parts(_) => false,
        }
    }
}

/// Whom the scheme has verified, or why nobody.
pub(super) fn verified(outcome: Outcome) -> Result<Principal, Grounds> {
    match outcome {
        Outcome::Verified(principal) => Ok(principal),
        Outcome::Refused(rejection) => Err(rejection.into()),
        Outcome::Unavailable(unavailable) => Err(unavailable.into()),
    }
}

/// A refusal, whatever a scheme says of credentials that it did not recognize.
fn refused_only(authentication: Authentication) -> Authentication {
    let refuse = |outcome| match outcome {
        Outcome::Verified(_) => Outcome::Refused(Rejection::credentials_wrong()),
        refused => refused,
    };
    match authentication {
        Authentication::Ready(outcome) => refuse(outcome).into(),
        Authentication::Pending(outcome) => Authentication::pending(async move { refuse(outcome.await) }),
    }
}
