//! Why a sign-in did not work, and what whoever tried is told.

use actix_web::http::StatusCode;

use crate::denial::{Denial, Reason};

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginFault {
    /// Not the answer to anything that this browser asked for, or the second answer.
    StateUnknown,
    /// It took longer than a sign-in may.
    TookTooLong,
    /// Parameters that no provider sends: twice, too long, missing.
    AnswerMalformed,
    /// The answer is another provider's (RFC 9207).
    IssuerDiffers,
    /// Whoever sits there, or the provider, said no.
    AccessDenied,
    /// Another error of the provider's.
    ProviderRefused,
    /// The provider cannot answer now.
    ProviderAway,
    /// The code is not good, or was used.
    CodeRefused,
    /// The provider does not accept this service.
    ClientRejected,
    /// The ID token is not good, or not for this sign-in.
    IdentityRefused,
    /// The authentication is too weak or too old.
    TooWeak,
    /// Whoever signed in is not whose session was to become stronger.
    SomebodyElse,
    /// The session that was to be linked has ended, or is not that of this browser.
    SessionOver,
    /// The application does not link whoever signed in.
    LinkRefused,
    /// The application does not know whoever signed in.
    Unknown,
    /// The sessions were ended meanwhile.
    Barred,
    /// Something here cannot be reached.
    Unavailable,
    /// A fault of this service.
    Broken,
}

impl LoginFault {
    /// In logs.
    pub(super) fn label(self) -> &'static str {
        self.told().0
    }

    pub(super) fn status(self) -> StatusCode {
        self.told().1
    }

    /// For whoever tried.
    pub(super) fn sentence(self) -> &'static str {
        self.told().2
    }

    fn told(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Self::StateUnknown => (
                "state_unknown",
                S::BAD_REQUEST,
                "This sign-in was not begun in this browser, or is over already. Please begin again.",
            ),
            Self::TookTooLong => {
                ("took_too_long", S::BAD_REQUEST, "The sign-in took longer than ten minutes. Please begin again.")
            }
            Self::AnswerMalformed => {
                ("answer_malformed", S::BAD_REQUEST, "The answer of the sign-in service could not be read.")
            }
            Self::IssuerDiffers => {
                ("issuer_differs", S::BAD_REQUEST, "The answer came from another sign-in service than the one asked.")
            }
            Self::AccessDenied => ("access_denied", S::FORBIDDEN, "The sign-in was cancelled or refused."),
            Self::ProviderRefused => ("provider_refused", S::BAD_REQUEST, "The sign-in service refused the sign-in."),
            Self::ProviderAway => (
                "provider_away",
                S::SERVICE_UNAVAILABLE,
                "The sign-in service cannot be reached now. Please try again in a moment.",
            ),
            Self::CodeRefused => {
                ("code_refused", S::BAD_REQUEST, "The sign-in service did not confirm the sign-in. Please begin again.")
            }
            Self::ClientRejected => (
                "client_rejected",
                S::INTERNAL_SERVER_ERROR,
                "This site is not set up correctly for sign-in. Its operators can see why.",
            ),
            Self::IdentityRefused => {
                ("identity_refused", S::BAD_REQUEST, "The sign-in service did not say in a valid way who you are.")
            }
            Self::TooWeak => (
                "too_weak",
                S::FORBIDDEN,
                "This site asks for a stronger or more recent sign-in. Please sign in again.",
            ),
            Self::SomebodyElse => (
                "somebody_else",
                S::FORBIDDEN,
                "You signed in as somebody else than you are signed in as here. Please sign out first.",
            ),
            Self::SessionOver => (
                "session_over",
                S::FORBIDDEN,
                "You are not signed in here any more as you were when you began. Please sign in and begin again.",
            ),
            Self::LinkRefused => (
                "link_refused",
                S::FORBIDDEN,
                "This sign-in cannot be added to your account. It may belong to another one.",
            ),
            Self::Unknown => {
                ("caller_unknown", S::FORBIDDEN, "You are signed in there, but have no account on this site.")
            }
            Self::Barred => {
                ("barred", S::FORBIDDEN, "Your sessions were ended while you signed in. Please sign in again.")
            }
            Self::Unavailable => {
                ("unavailable", S::SERVICE_UNAVAILABLE, "Signing in is not possible now. Please try again in a moment.")
            }
            Self::Broken => ("broken", S::INTERNAL_SERVER_ERROR, "Something went wrong on this site."),
        }
    }

    /// What cannot be done about a session that should begin.
    pub(super) fn of_denial(denial: &Denial) -> Self {
        match denial.status() {
            StatusCode::FORBIDDEN => Self::Barred,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ => Self::Broken,
        }
    }

    /// What an ID token is refused for.
    pub(super) fn of_token(reason: Reason) -> Self {
        match reason.status() {
            StatusCode::SERVICE_UNAVAILABLE => Self::ProviderAway,
            status if status.is_server_error() => Self::Broken,
            _ => Self::IdentityRefused,
        }
    }

    /// What the application's own function did not tell.
    pub(super) fn of_authorities(reason: Reason) -> Self {
        match reason.status() {
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_server_error() => Self::Broken,
            _ => Self::Unknown,
        }
    }
}
