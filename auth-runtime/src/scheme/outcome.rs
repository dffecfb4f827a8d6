//! What a scheme says of credentials.

use std::fmt;
use std::pin::Pin;

use crate::denial::{Reason, Rejection, Unavailable};
use crate::principal::Principal;

/// Whether credentials were made for a configuration, judged by their form alone: a prefix, the shape and the `iss` of a JWT,
/// membership in a list that is in memory. Never by I/O.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recognition {
    /// They were made for this configuration.
    Mine,
    /// Nothing speaks against it; another configuration that is sure takes precedence.
    Perhaps,
    /// They were not.
    No,
}

/// The result of [`Scheme::authenticate`](super::Scheme::authenticate): at once, or later.
#[must_use]
#[non_exhaustive]
pub enum Authentication {
    /// Decided without waiting, and without allocating a future.
    Ready(Outcome),
    /// Decided by I/O or by work off the event loop. Made by [`pending`](Self::pending).
    Pending(PendingOutcome),
}

/// What a scheme will have found out.
pub type PendingOutcome = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// What a scheme found out about credentials that are there.
///
/// There is no way to say that they are not there after all, and none to blame the caller for an outage or an outage for the
/// caller: a [`Rejection`] is a 400, 401 or 403, and an [`Unavailable`] a 503 or 500.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "it decides where it is returned"]
pub enum Outcome {
    /// The caller proved to be this principal.
    Verified(Principal),
    /// The credentials are not good.
    Refused(Rejection),
    /// The scheme cannot decide now: its keys or its backend are out of reach.
    Unavailable(Unavailable),
}

impl Authentication {
    /// Decided later. The future is dropped when the [deadline](crate::config::AuthBuilder::deadline) passes.
    pub fn pending(outcome: impl Future<Output = Outcome> + Send + 'static) -> Self {
        Self::Pending(Box::pin(outcome))
    }

    pub(crate) async fn done(self) -> Outcome {
        match self {
            Self::Ready(outcome) => outcome,
            Self::Pending(outcome) => outcome.await,
        }
    }

    /// The caller proved to be this principal.
    pub fn verified(principal: Principal) -> Self {
        Self::Ready(Outcome::Verified(principal))
    }

    /// The credentials are not good.
    pub fn refused(rejection: impl Into<Rejection>) -> Self {
        Self::Ready(Outcome::Refused(rejection.into()))
    }

    /// The scheme cannot decide now.
    pub fn unavailable(cause: impl Into<Unavailable>) -> Self {
        Self::Ready(Outcome::Unavailable(cause.into()))
    }
}

impl Outcome {
    /// Failed for this reason, which says by itself whose fault it is.
    pub(crate) fn failed(reason: impl Into<Reason>) -> Self {
        match reason.into().rejection() {
            Ok(rejection) => Self::Refused(rejection),
            Err(unavailable) => Self::Unavailable(unavailable),
        }
    }

    /// If it is a refusal: of credentials that were good within the last hour, of whoever has this mark.
    pub(crate) fn once_good(self, of: Option<u64>) -> Self {
        match self {
            Self::Refused(rejection) => Self::Refused(rejection.once_good(of)),
            other => other,
        }
    }
}

impl From<Outcome> for Authentication {
    fn from(outcome: Outcome) -> Self {
        Self::Ready(outcome)
    }
}

/// A verified principal, or the reason why there is none.
impl From<Result<Principal, Reason>> for Outcome {
    fn from(result: Result<Principal, Reason>) -> Self {
        result.map_or_else(Self::failed, Self::Verified)
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(outcome) => f.debug_tuple("Ready").field(outcome).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}
