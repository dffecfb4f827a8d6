//! A check as the policy's constant holds it: what it is given, and what it may say.

use std::any::Any;
use std::fmt::Display;
use std::sync::Arc;

use actix_web::HttpRequest;
use futures_core::future::LocalBoxFuture;

use crate::denial::Denial;
use crate::grant::{Caller, IdentityError};
use crate::principal::DetailsType;

/// What a check is called for: to judge a caller by its request, or to say what it takes for granted of every caller.
pub struct CheckContext(pub(crate) Option<(Caller, HttpRequest)>);

debug_by_name!([] CheckContext as "CheckContext";);

impl CheckContext {
    pub(crate) fn new(caller: Caller, request: HttpRequest) -> Self {
        Self(Some((caller, request)))
    }

    /// Nobody is judged, and the user's function does not run: the check [says](Verdict::Takes) what it takes.
    pub(crate) fn description() -> Self {
        Self(None)
    }
}

/// Runs a check that sees the arguments `T` of a handler.
pub(crate) type AfterCheck<T> = for<'a> fn(&'a T, CheckContext) -> LocalBoxFuture<'a, Verdict>;

/// What a check said.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The caller may pass, as far as this check goes.
    Allowed,
    /// It may, and this is what the handler is to have.
    Loaded(Arc<dyn Any + Send + Sync>),
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
    /// Nothing: it was asked which details it takes.
    Takes(Vec<DetailsType>),
    /// The check read the body, which nothing may before the decision.
    ReadBody,
}

/// The types a check may return.
#[diagnostic::on_unimplemented(
    message = "a check cannot return `{Self}`",
    label = "neither lets the caller pass nor refuses it",
    note = "return `bool`, `Result<bool, E>` where `E: Display`, `Result<(), Denial>`, or both in one: `Result<Result<(), Denial>, E>`",
    note = "one that loads something for the handler says what: `check = load_order -> Order`"
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
impl<E: Display + 'static> IntoVerdict for Result<bool, E> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(erred, bool::into_verdict)
    }
}

/// An error decides nothing, unless it is a denial.
fn erred<E: Display + 'static>(error: E) -> Verdict {
    match (&error as &dyn Any).downcast_ref::<Denial>() {
        Some(denial) => Verdict::Denied(denial.copied()),
        None => Verdict::Erred(error.to_string()),
    }
}

#[diagnostic::do_not_recommend]
impl IntoVerdict for Result<(), Denial> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(Verdict::Denied, |()| Verdict::Allowed)
    }
}

/// A denial of its own, beside an error that decides nothing.
#[diagnostic::do_not_recommend]
impl<E: Display + 'static> IntoVerdict for Result<Result<(), Denial>, E> {
    fn into_verdict(self) -> Verdict {
        self.map_or_else(erred, Result::into_verdict)
    }
}

/// The types that a check which loads a `T` may return.
#[diagnostic::on_unimplemented(
    message = "a check that loads `{T}` cannot return `{Self}`",
    label = "loads no `{T}`, and refuses nobody",
    note = "return `Option<{T}>`, `Result<{T}, Denial>`, `Result<Option<{T}>, E>` where `E: Display`, or `Result<Result<{T}, Denial>, E>`"
)]
pub trait IntoLoaded<T> {
    /// Reads the value as a verdict.
    fn into_loaded(self) -> Verdict;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> IntoLoaded<T> for Option<T> {
    fn into_loaded(self) -> Verdict {
        self.map_or(Verdict::Refused, |loaded| Verdict::Loaded(Arc::new(loaded)))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> IntoLoaded<T> for Result<T, Denial> {
    fn into_loaded(self) -> Verdict {
        self.map_or_else(Verdict::Denied, |loaded| Verdict::Loaded(Arc::new(loaded)))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static, E: Display + 'static> IntoLoaded<T> for Result<Option<T>, E> {
    fn into_loaded(self) -> Verdict {
        self.map_or_else(erred, Option::into_loaded)
    }
}

/// A denial of its own, beside an error that decides nothing.
#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static, E: Display + 'static> IntoLoaded<T> for Result<Result<T, Denial>, E> {
    fn into_loaded(self) -> Verdict {
        self.map_or_else(erred, Result::into_loaded)
    }
}
