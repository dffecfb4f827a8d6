//! One call to the endpoint (RFC 7662 section 2).

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::denial::Reason;
use crate::provider::client::ProviderClient;
use crate::provider::client_auth::Prover;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::FetchError;
#[cfg(feature = "outgoing")]
use crate::provider::fetch_error::Refused;
use crate::provider::limits::breaker::Cause;
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// The answer about a token that is not good (RFC 7662 section 2.2).
const INACTIVE: &[u8] = br#"{"active":false}"#;

/// The endpoint of a provider, and our credentials there.
pub(crate) struct IntrospectionEndpoint {
    url: Endpoint,
    client: ProviderClient,
    prover: Prover,
    /// That the endpoint does not call its answers JSON was said.
    told: AtomicBool,
}

/// Why nothing is known of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection, or none that lasted.
    Unreachable,
    TimedOut,
    /// It was there, and gave no answer.
    BrokeOff,
    /// An error of the server.
    Unusable,
    /// It wants to be asked less, for so long.
    Limited(Option<Duration>),
    /// The endpoint has no answer about this token that can be read, which says nothing about the next: the token is too much
    /// for it, or the answer a redirect, a page, too large or no strict JSON.
    TokenRefused,
    /// Our credentials were rejected.
    ClientRejected,
}

impl Cause for Failure {
    const ABANDONED: Self = Self::Unreachable;

    fn label(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::BrokeOff => "broke_off",
            Self::Unusable => "unusable",
            Self::Limited(_) => "limited",
            Self::TokenRefused => "token_refused",
            Self::ClientRejected => "client_rejected",
        }
    }
}

impl Failure {
    pub(crate) fn reason(self) -> Reason {
        match self {
            Self::ClientRejected => Reason::IntrospectionRefused,
            Self::Unreachable
            | Self::TimedOut
            | Self::BrokeOff
            | Self::Unusable
            | Self::Limited(_)
            | Self::TokenRefused => Reason::IntrospectionUnavailable,
        }
    }
}

impl Failure {
    /// Whether the token asked about may be what it comes from.
    pub(crate) fn may_be_the_tokens(self) -> bool {
        match self {
            Self::TimedOut | Self::BrokeOff | Self::Unusable | Self::Limited(_) | Self::TokenRefused => true,
            Self::Unreachable | Self::ClientRejected => false,
        }
    }
}

impl IntrospectionEndpoint {
    pub(crate) fn new(url: Endpoint, client: ProviderClient, prover: Prover) -> Self {
        Self { url, client, prover, told: AtomicBool::new(false) }
    }

    /// Asks about a token, which consists of characters of `b64token`.
    pub(crate) async fn ask(&self, token: &[u8], now: UnixTime) -> Result<Vec<u8>, Failure> {
        let asked: [(&str, &[u8]); 2] = [("token_type_hint", b"access_token"), ("token", token)];
        let Some((headers, form)) = self.prover.request(&asked, now) else {
            limited!(error, "the client's assertion for introspection cannot be signed");
            return Err(Failure::ClientRejected);
        };
        match self.client.post(&self.url, headers, form.as_bytes().to_vec()).await {
            Ok(answer) => {
                let mut told = self.told.load(Ordering::Relaxed);
                answer.note_type(&self.url, &mut told);
                self.told.store(told, Ordering::Relaxed);
                Ok(answer.body)
            }
            // Not later either: whoever issued this token does not speak for it here.
            Err(error @ FetchError::TokenUnsupported) => {
                let (endpoint, error) = (foreign(&self.url), foreign(error));
                limited!(warn, endpoint, error, "a token could not be introspected");
                Ok(INACTIVE.to_vec())
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    fn failure(&self, error: FetchError) -> Failure {
        let failure = match error {
            FetchError::Status(401 | 403) => Failure::ClientRejected,
            FetchError::TooLarge
            | FetchError::Redirected
            | FetchError::ContentTypeWrong
            | FetchError::Status(400 | 413 | 414 | 422 | 431) => Failure::TokenRefused,
            #[cfg(feature = "outgoing")]
            FetchError::Refused(Refused::Access) => Failure::ClientRejected,
            #[cfg(feature = "outgoing")]
            FetchError::Refused(_) => Failure::TokenRefused,
            FetchError::TooMany(after) => Failure::Limited(after),
            FetchError::TimedOut => Failure::TimedOut,
            FetchError::Interrupted => Failure::BrokeOff,
            FetchError::Unreachable | FetchError::ClientUnusable => Failure::Unreachable,
            _ => Failure::Unusable,
        };
        let (endpoint, error) = (foreign(&self.url), foreign(error));
        match failure {
            Failure::ClientRejected => limited!(
                error,
                endpoint,
                error,
                "the introspection endpoint rejects the credentials of this service; correct the client id, the secret or \
                 key, and the method (`client_secret_basic`, `client_secret_post`, `private_key_jwt`), and let the server \
                 allow this client to introspect"
            ),
            _ => limited!(warn, endpoint, error, "a token could not be introspected"),
        }
        failure
    }
}

impl fmt::Debug for IntrospectionEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntrospectionEndpoint").field(&self.url).finish()
    }
}
