//! What follows from the verdict of one check, whenever it runs.

use std::any::Any;
use std::sync::Arc;

use crate::denial::{Denial, Reason};
use crate::guard::refuse::{Case, Grounds};
use crate::guard::{Eventual, Plan};
use crate::policy::Check;
use crate::policy::check::Verdict;

/// What a check made of the request.
pub(super) enum Heard {
    /// It holds, and may have loaded something.
    Holds(Option<Arc<dyn Any + Send + Sync>>),
    /// It does not, and may say why.
    Refuses(Option<Said>),
    /// This side could not decide.
    Fails(Grounds),
}

/// What a check that refused says of it.
pub(super) enum Said {
    /// The application's own denial.
    Denial(Denial),
    /// The answer of an extractor that the request does not fit.
    Misfit(Denial),
    /// That the caller's identity does not fit.
    Grounds(Grounds),
}

impl Heard {
    /// `Err` is a panic: a check is foreign code.
    pub(super) fn of(verdict: std::thread::Result<Verdict>) -> Self {
        match verdict {
            Ok(Verdict::Allowed) => Self::Holds(None),
            Ok(Verdict::Loaded(value)) => Self::Holds(Some(value)),
            Ok(Verdict::Refused) => Self::Refuses(None),
            Ok(Verdict::Denied(denial)) => Self::Refuses(Some(Said::Denial(denial))),
            Ok(Verdict::Unextracted(denial)) => Self::Refuses(Some(Said::Misfit(denial))),
            Ok(Verdict::Unidentified(error)) if !error.reason.status().is_server_error() => {
                Self::Refuses(Some(Said::Grounds(Grounds::from(&error))))
            }
            Ok(Verdict::Unidentified(error)) => Self::Fails(Grounds::from(&error)),
            Ok(Verdict::Erred(cause)) => Self::Fails(Grounds::from(Reason::CheckErred).because(&cause)),
            Ok(Verdict::Unavailable(cause)) => Self::Fails(Grounds::from(Reason::CheckUnavailable).because(&cause)),
            // Asked of a policy only, never for a request.
            Ok(Verdict::Takes(_)) => Self::Fails(Reason::CheckErred.into()),
            Ok(Verdict::ReadBody) => Self::Fails(Reason::CheckReadBody.into()),
            Err(_) => Self::Fails(Reason::Panicked.into()),
        }
    }
}

impl Plan {
    /// Records and answers what a check said.
    pub(super) fn refuse(
        self: &Arc<Self>,
        case: Case<'_>,
        said: Said,
        check: Option<&'static Check>,
    ) -> Eventual<Denial> {
        match said {
            Said::Denial(denial) | Said::Misfit(denial) => self.pass_on(case, denial, check),
            Said::Grounds(mut grounds) => {
                grounds.details.check = check;
                self.deny(case, grounds)
            }
        }
    }
}
