//! A check as the policy's constant holds it: what it is given, and what it may say.

use std::fmt::Display;

use actix_web::HttpRequest;

use crate::denial::Denial;
use crate::grant::{Caller, IdentityError};

/// What a check runs with.
pub struct CheckContext {
    pub(crate) caller: Caller,
    pub(crate) request: HttpRequest,
}

debug_by_name!([] CheckContext as "CheckContext";);

impl CheckContext {
    pub(crate) fn new(caller: Caller, request: HttpRequest) -> Self {
        Self { caller, request }
    }
}

/// What a check said.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The caller may pass, as far as this check goes.
    Allowed,
    /// It may not.
    Refused,
    /// It may not, for a reason the application gives.
    Denied(Denial),
    /// The check could not decide.
    Erred(String),
    /// An extractor of the check answers 503, with this error.
    Unavailable(String),
    /// The request does not fit an extractor of the check, whose answer this is.
    Unextracted(Denial),
    /// The caller's identity does not fit what the check asks for.
    Unidentified(IdentityError),
    /// The check read the body, which nothing may before the decision.
    ReadBody,
}

/// The types a check may return.
#[diagnostic::on_unimplemented(
    message = "a check cannot return `{Self}`",
    note = "return `bool`, `Result<bool, E>` where `E: Display`, or `Result<(), Denial>`"
)]
pub trait IntoVerdict {
    /// Reads the value as a verdict.
    fn into_verdict(self) -> Verdict;
}

#[diagnostic::do_not_recommend]
impl IntoVerdict for bool {
    fn into_verdict(self) -> Verdict {
        if self { Verdict::Allowed } else { Verdict::Refused }
    }
}

#[diagnostic::do_not_recommend]
impl<E: Display> IntoVerdict for Result<bool, E> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(|error| Verdict::Erred(error.to_string()), bool::into_verdict)
    }
}

#[diagnostic::do_not_recommend]
impl IntoVerdict for Result<(), Denial> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(Verdict::Denied, |()| Verdict::Allowed)
    }
}
