//! Ending what outlives the caller's credentials.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::time::Sleep;

pin_project! {
    /// A stream that ends when the caller's token expires. Made by [`Bearer::until_expiry`](super::Bearer::until_expiry).
    #[must_use = "streams do nothing unless polled"]
    pub struct UntilExpiry<S> {
        #[pin]
        stream: S,
        // Boxed, so that the whole can be moved where the stream can.
        expiry: Pin<Box<Sleep>>,
    }
}

impl<S> UntilExpiry<S> {
    pub(super) fn new(stream: S, left: Duration) -> Self {
        Self { stream, expiry: Box::pin(tokio::time::sleep(left)) }
    }
}

impl<S: Stream> Stream for UntilExpiry<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        // Expiry first: a stream that always has something ready must end too.
        match this.expiry.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => this.stream.poll_next(context),
        }
    }
}
