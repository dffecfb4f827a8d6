//! Running a user's own check: an `async fn` with its own extractors, before the body may be read.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Handler;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_core::Stream;
use futures_core::future::LocalBoxFuture;

use crate::grant::{Extract, Grant, Source, extract};
use crate::policy::check::{CheckContext, IntoVerdict, Verdict};

/// An `async fn` that can serve as a check under policy `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot serve as a check of this policy",
    label = "not a check",
    note = "a check is an `async fn` whose arguments are extractors or identities that the policy yields, and that \
            returns `bool`, `Result<bool, E>` or `Result<(), Denial>`"
)]
pub trait CheckFn<P, Args> {
    /// Runs the function with its arguments extracted from the request.
    fn run(self, context: CheckContext) -> LocalBoxFuture<'static, Verdict>;
}

impl<P, F, Args> CheckFn<P, Args> for F
where
    P: 'static,
    F: Handler<Args>,
    Args: Extract<P> + 'static,
    F::Output: IntoVerdict,
{
    fn run(self, context: CheckContext) -> LocalBoxFuture<'static, Verdict> {
        Box::pin(async move {
            let read = Rc::new(Cell::new(false));
            let body: BoxedPayloadStream = Box::pin(Poisoned(Rc::clone(&read)));
            let payload = Payload::Stream { payload: body };
            let source = Source { grant: Grant::<P>::new(context.caller), request: context.request, payload };
            let verdict = match extract(source).await {
                Ok(arguments) => self.call(arguments).await.into_verdict(),
                Err(_) => Verdict::Refused,
            };
            if read.get() { Verdict::ReadBody } else { verdict }
        })
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
