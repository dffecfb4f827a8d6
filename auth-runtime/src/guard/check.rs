//! Running a user's own check: an `async fn` with its own extractors, before the body may be read.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::to_bytes_limited;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{Error, Handler};
use futures_core::Stream;
use futures_core::future::LocalBoxFuture;

use crate::denial::Denial;
use crate::grant::{Extract, Grant, GrantedRequest, IdentityError, extract};
use crate::policy::check::{CheckContext, IntoVerdict, Verdict};

/// An `async fn` that can serve as a check under policy `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot serve as a check of this policy",
    label = "not a check",
    note = "a check is an `async fn` whose arguments are extractors or identities that the policy yields, and that \
            returns `bool`, `Result<bool, E>` or `Result<(), Denial>`"
)]
pub trait CheckFn<P, Args, Via> {
    /// Runs the function with its arguments extracted from the request.
    fn run(self, context: CheckContext) -> LocalBoxFuture<'static, Verdict>;
}

impl<P, F, Args, Via> CheckFn<P, Args, Via> for F
where
    P: 'static,
    F: Handler<Args>,
    Args: Extract<P, Via> + 'static,
    Via: 'static,
    F::Output: IntoVerdict,
{
    fn run(self, context: CheckContext) -> LocalBoxFuture<'static, Verdict> {
        Box::pin(async move {
            let read = Rc::new(Cell::new(false));
            let body: BoxedPayloadStream = Box::pin(Poisoned(Rc::clone(&read)));
            let payload = Payload::Stream { payload: body };
            let source = GrantedRequest { grant: Grant::<P>::new(context.caller), request: context.request, payload };
            let verdict = match extract(source).await {
                Ok(arguments) => self.call(arguments).await.into_verdict(),
                Err(error) => unextracted(error).await,
            };
            if read.get() { Verdict::ReadBody } else { verdict }
        })
    }
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
