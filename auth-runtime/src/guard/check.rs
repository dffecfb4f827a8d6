//! Running a user's own check: an `async fn` with its own extractors, before the body may be read.

use std::cell::Cell;
use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::to_bytes_limited;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest};
use futures_core::Stream;
use futures_core::future::LocalBoxFuture;

use crate::denial::Denial;
use crate::grant::{Extract, Grant, GrantedRequest, IdentityError, extract};
use crate::policy::check::{CheckContext, Verdict};

/// An `async fn` that can serve as a check: it takes `Values`, which the policy gives it, and then `Args`, which are extracted.
///
/// The shape alone, so that a value of another type, or an argument that is not available, is reported as that.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot serve as a check",
    label = "not a check",
    note = "a check is an `async fn` whose arguments are extractors or identities that the policy yields",
    note = "values that it is given, as in `check = can(Permission::Refund)`, are its first arguments"
)]
pub trait CheckFn<Values, Args>: 'static {
    /// What it says.
    type Output;

    /// Calls it.
    fn call(self, values: Values, args: Args) -> impl Future<Output = Self::Output>;
}

/// The arguments that a check extracts, where the policy yields them. By a trait of its own, so that the compiler does not list
/// tuples of all lengths where one of them is not available.
#[diagnostic::on_unimplemented(
    message = "the policy does not yield all arguments of this check",
    note = "see the argument named in another error for what to take instead"
)]
pub trait CheckArguments<P, Via>: Extract<P, Via> {}

impl<P, Via, T: Extract<P, Via>> CheckArguments<P, Via> for T {}

/// What is extracted from a request, and so may be looked at before the handler runs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not extracted from the request",
    label = "not for `check_after`",
    note = "`check_after` names arguments that are read from the request, such as the body; a check takes identities as arguments of \
            its own"
)]
pub trait Extracted {}

#[diagnostic::do_not_recommend]
impl<A: FromRequest> Extracted for A {}

macro_rules! check_fns {
    ($([$($value:ident)*] [$($argument:ident)*])+) => {$(
        // Each type parameter names the variable that holds its argument.
        #[allow(non_snake_case, clippy::too_many_arguments)]
        #[diagnostic::do_not_recommend]
        impl<F, R, $($value,)* $($argument,)*> CheckFn<($($value,)*), ($($argument,)*)> for F
        where
            F: Fn($($value,)* $($argument,)*) -> R + 'static,
            R: Future,
        {
            type Output = R::Output;

            async fn call(self, ($($value,)*): ($($value,)*), ($($argument,)*): ($($argument,)*)) -> R::Output {
                self($($value,)* $($argument,)*).await
            }
        }
    )+};
}

/// For each number of values, each number of arguments.
macro_rules! check_fns_with {
    ($($values:tt)+) => {$(
        check_fns! {
            $values []
            $values [A]
            $values [A B]
            $values [A B C]
            $values [A B C D]
            $values [A B C D E]
            $values [A B C D E G]
            $values [A B C D E G H]
            $values [A B C D E G H I]
            $values [A B C D E G H I J]
            $values [A B C D E G H I J K]
            $values [A B C D E G H I J K L]
            $values [A B C D E G H I J K L M]
            $values [A B C D E G H I J K L M N]
            $values [A B C D E G H I J K L M N O]
            $values [A B C D E G H I J K L M N O Q]
            $values [A B C D E G H I J K L M N O Q S]
        }
    )+};
}

check_fns_with! { [] [V1] [V1 V2] [V1 V2 V3] [V1 V2 V3 V4] }

/// Runs a check with its arguments extracted from the request. `judge` reads what it says.
pub(crate) fn run<'v, P, V, F, Args, Via>(
    check: F,
    values: impl FnOnce() -> V + 'v,
    context: CheckContext,
    judge: fn(F::Output) -> Verdict,
) -> LocalBoxFuture<'v, Verdict>
where
    P: 'static,
    V: 'v,
    F: CheckFn<V, Args>,
    Args: Extract<P, Via> + 'static,
    Via: 'static,
{
    let Some((caller, request)) = context.0 else { return Box::pin(ready(Verdict::Takes(Args::details()))) };
    Box::pin(async move {
        let read = Rc::new(Cell::new(false));
        let body: BoxedPayloadStream = Box::pin(Poisoned(Rc::clone(&read)));
        let payload = Payload::Stream { payload: body };
        let source = GrantedRequest { grant: Grant::<P>::new(caller), request, payload };
        let verdict = match extract(source).await {
            Ok(arguments) => judge(check.call(values(), arguments).await),
            Err(error) => unextracted(error).await,
        };
        if read.get() { Verdict::ReadBody } else { verdict }
    })
}

/// What a check that sees the handler's arguments says where there are none.
pub(crate) fn describe_after<P, Via, Args: Extract<P, Via>>(
    context: &CheckContext,
) -> LocalBoxFuture<'static, Verdict> {
    Box::pin(ready(match context.0 {
        None => Verdict::Takes(Args::details()),
        Some(_) => Verdict::Erred("it needs the arguments of its handler".to_owned()),
    }))
}

/// The statuses by which an extractor says that the request does not fit it, and no more than that.
const MISFITS: [StatusCode; 7] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::URI_TOO_LONG,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

/// Longest body of an extractor's answer, in bytes.
const ANSWER_MAX: usize = 64 * 1024;

/// What follows from an argument that could not be had: our failure, the caller's, or no permission.
async fn unextracted(error: Error) -> Verdict {
    if let Some(error) = error.as_error::<IdentityError>() {
        return match &error.denial {
            Some(said) => Verdict::Denied(said.copied()),
            None => Verdict::Unidentified(error.clone()),
        };
    }
    let answer = error.error_response();
    let status = answer.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Verdict::Unavailable(error.to_string());
    }
    if status.is_server_error() {
        return Verdict::Erred(error.to_string());
    }
    if !MISFITS.contains(&status) {
        return Verdict::Refused;
    }
    let (answer, body) = answer.into_parts();
    match to_bytes_limited(body, ANSWER_MAX).await {
        Ok(Ok(body)) => Verdict::Unextracted(Denial::of_extractor(answer, body)),
        _ => Verdict::Refused,
    }
}

/// A body stream as actix's extractors take it.
type BoxedPayloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// A body that must not be read: whoever polls it is found out.
struct Poisoned(Rc<Cell<bool>>);

impl Stream for Poisoned {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.set(true);
        Poll::Ready(Some(Err(PayloadError::Incomplete(None))))
    }
}
