//! Whether a caller who was verified a while ago still counts.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::denial::Unavailable;

/// So long the guard's word on a caller is as good as new: most requests are over by then.
const FRESH: Duration = Duration::from_secs(1);

/// When a guard has let a caller in, for what goes on after that: a request may be a WebSocket.
#[derive(Clone, Copy)]
pub(crate) struct LetInAt(Instant);

impl LetInAt {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// Whether the guard's word still stands; else the caller is to be looked at again.
    pub(crate) fn is_fresh(self) -> bool {
        self.0.elapsed() < FRESH
    }
}

/// What a scheme says of a caller whom it has verified before, for [`Scheme::recheck`](super::Scheme::recheck).
#[must_use]
#[non_exhaustive]
pub enum Recheck {
    /// Nothing but their expiry ends these credentials: do not ask again.
    UntilExpiry,
    /// They count.
    Valid,
    /// They do not count any more.
    Ended,
    /// Whether they do is known later. Made by [`pending`](Self::pending).
    Pending(PendingRecheck),
}

/// Whether credentials count, or why nobody can tell.
pub type PendingRecheck = Pin<Box<dyn Future<Output = Result<bool, Unavailable>> + Send>>;

impl Recheck {
    /// Known later: whether they count. An error says that nobody can tell now.
    pub fn pending<E: fmt::Display>(answer: impl Future<Output = Result<bool, E>> + Send + 'static) -> Self {
        Self::Pending(Box::pin(async move { answer.await.map_err(|error| Unavailable::backend().because(error)) }))
    }

    pub(crate) fn of(counts: bool) -> Self {
        if counts { Self::Valid } else { Self::Ended }
    }
}

impl fmt::Debug for Recheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UntilExpiry => "UntilExpiry",
            Self::Valid => "Valid",
            Self::Ended => "Ended",
            Self::Pending(_) => "Pending",
        })
    }
}
