//! Why there is no token for a call to another service.

use std::fmt;

use actix_web::Error;

use crate::denial::{Denial, Reason};

/// Why there is no token for a call to another service. An event in the log says more.
///
/// In a handler that returns [`Denial`], `?` makes the answer of it. Nothing of what the provider said is in that.
///
/// | what | status | who acts |
/// |---|---|---|
/// | [`CallerEnded`](Self::CallerEnded) | 401, with the challenges of the policy | the caller, by signing in again or with another token |
/// | [`CallerForeign`](Self::CallerForeign), [`CallerRefused`](Self::CallerRefused), [`TargetRefused`](Self::TargetRefused), [`ScopeRefused`](Self::ScopeRefused) | 403 | nobody, or the provider's administrator |
/// | [`RequestUnfit`](Self::RequestUnfit), [`AnswerUnfit`](Self::AnswerUnfit), [`ClientRejected`](Self::ClientRejected) | 500 | the developer, the operator |
/// | [`Unavailable`](Self::Unavailable), [`Busy`](Self::Busy) | 503 | nobody: it passes |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutgoingError {
    /// The credentials of the caller do not count any more: expired, revoked, or the session is over.
    CallerEnded,
    /// The caller's token is of an issuer whose tokens this provider is not shown, or its session was not begun at a provider.
    CallerForeign,
    /// The provider gives no token for this caller (`invalid_grant`, `invalid_request`, `access_denied`).
    CallerRefused,
    /// It gives none for this audience or resource (`invalid_target`).
    TargetRefused,
    /// It gives none with these scopes (`invalid_scope`).
    ScopeRefused,
    /// What is asked for cannot be: a scope that is not one word, a resource that is not an absolute URI.
    RequestUnfit,
    /// The provider's answer does not fit what was asked: more scopes, another kind of token, not JSON.
    AnswerUnfit,
    /// The provider does not accept this service, or does not let it ask for such tokens.
    ClientRejected,
    /// The provider cannot be asked now, or nobody can tell whether the caller's credentials count.
    Unavailable,
    /// Too much is asked of the provider at once.
    Busy,
}

impl OutgoingError {
    /// In logs and metrics.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::CallerEnded => "caller_ended",
            Self::CallerForeign => "caller_foreign",
            Self::CallerRefused => "caller_refused",
            Self::TargetRefused => "target_refused",
            Self::ScopeRefused => "scope_refused",
            Self::RequestUnfit => "request_unfit",
            Self::AnswerUnfit => "answer_unfit",
            Self::ClientRejected => "client_rejected",
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for OutgoingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallerEnded => "the credentials of the caller do not count any more",
            Self::CallerForeign => "the token of the caller is of an issuer whose tokens the provider is not shown",
            Self::CallerRefused => "the provider gives no token for this caller",
            Self::TargetRefused => "the provider gives no token for this audience or resource",
            Self::ScopeRefused => "the provider gives no token with these scopes",
            Self::RequestUnfit => {
                "such a token cannot be asked for; give each scope alone, and a resource as an absolute URI without `#`"
            }
            Self::AnswerUnfit => "the answer of the provider does not fit what was asked for",
            Self::ClientRejected => "the provider does not accept this service, or does not let it ask for such tokens",
            Self::Unavailable => "the provider cannot be asked now",
            Self::Busy => "too much is asked of the provider at once",
        })
    }
}

impl std::error::Error for OutgoingError {}

impl From<OutgoingError> for Denial {
    fn from(error: OutgoingError) -> Self {
        match error {
            OutgoingError::CallerEnded => Self::unauthorized("the credentials are not valid any more"),
            OutgoingError::CallerForeign
            | OutgoingError::CallerRefused
            | OutgoingError::TargetRefused
            | OutgoingError::ScopeRefused => Self::of(Reason::CheckFailed),
            OutgoingError::RequestUnfit | OutgoingError::AnswerUnfit | OutgoingError::ClientRejected => {
                Self::of(Reason::OutgoingUnfit)
            }
            OutgoingError::Unavailable => Self::of(Reason::BackendUnavailable),
            OutgoingError::Busy => Self::of(Reason::LookupBusy),
        }
    }
}

/// As the [`Denial`] that it becomes.
impl From<OutgoingError> for Error {
    fn from(error: OutgoingError) -> Self {
        Denial::from(error).into()
    }
}
