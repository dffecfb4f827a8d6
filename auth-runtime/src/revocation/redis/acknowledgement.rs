//! What whoever revokes learns of Redis.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;

use crate::fault::polled_after_completion;

/// The answer to a revocation: whether Redis has stored it.
///
/// The revocation is in force in this process whether or not this is awaited. It resolves within a few seconds, also when
/// Redis is away, and can be awaited on any executor.
#[must_use = "the revocation is in force here; await this to learn whether other processes will know of it"]
#[derive(Debug)]
pub struct Acknowledgement(Stored);

#[derive(Debug)]
enum Stored {
    /// Known at once.
    Not(RevokeError),
    Awaited(oneshot::Receiver<Result<(), RevokeError>>),
    /// Told already.
    Told,
}

impl Acknowledgement {
    pub(super) fn failed(error: RevokeError) -> Self {
        Self(Stored::Not(error))
    }

    pub(super) fn awaited(answer: oneshot::Receiver<Result<(), RevokeError>>) -> Self {
        Self(Stored::Awaited(answer))
    }
}

#[cfg(test)]
impl Acknowledgement {
    /// Whether the answer was there at once.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.0, Stored::Not(_))
    }
}

impl Future for Acknowledgement {
    type Output = Result<(), RevokeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let stored = match &mut self.0 {
            Stored::Not(error) => Err(*error),
            Stored::Awaited(answer) => ready!(Pin::new(answer).poll(context)).unwrap_or(Err(RevokeError::Ended)),
            Stored::Told => polled_after_completion(),
        };
        self.0 = Stored::Told;
        Poll::Ready(stored)
    }
}

/// Why a revocation is not stored in Redis yet. It is in force in this process all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevokeError {
    /// Redis cannot be reached, or does not answer.
    Unreachable,
    /// Redis answered that it will not store it: it is a replica, or out of memory or disk.
    Refused,
    /// Too many revocations wait to be stored.
    Busy,
    /// The thread that would store it has ended.
    Ended,
}

impl RevokeError {
    /// What happened, whatever follows from it.
    pub(super) fn fault(self) -> &'static str {
        match self {
            Self::Unreachable => "Redis does not answer",
            Self::Refused => "Redis refuses to store it",
            Self::Busy => "too many revocations wait for Redis",
            Self::Ended => "the thread that follows Redis has ended",
        }
    }
}

impl fmt::Display for RevokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = self.fault();
        write!(f, "the revocation is in force in this process only, and will be sent again: {fault}")
    }
}

impl Error for RevokeError {}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn poll_twice(mut acknowledgement: Acknowledgement) {
        assert!((&mut acknowledgement).now_or_never().is_some());
        let _ = (&mut acknowledgement).now_or_never();
    }

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn one_that_was_told_at_once_is_not_told_twice() {
        poll_twice(Acknowledgement::failed(RevokeError::Busy));
    }

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn one_that_was_awaited_is_not_told_twice() {
        let (tell, answer) = oneshot::channel();
        tell.send(Ok(())).unwrap();
        poll_twice(Acknowledgement::awaited(answer));
    }
}
