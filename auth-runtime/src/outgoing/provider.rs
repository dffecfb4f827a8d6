//! The provider that gives tokens for calls to other services, and what its answers are worth.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::outgoing::access_token::AccessToken;
use crate::outgoing::error::OutgoingError;
use crate::outgoing::wanted::Wanted;
use crate::principal::Principal;
use crate::provider::Worker;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::{FetchError, Refused};
use crate::provider::granted::Granted;
use crate::provider::published::Published;
use crate::provider::token_endpoint::TokenAsker;
use crate::setting::Setting;
use crate::shares::Lookups;
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// The grant of RFC 8693, section 2.1.
pub(super) const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// RFC 8693 section 3.
pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The longest that a provider is asked.
const LONGEST: Duration = Duration::from_secs(10);

/// One provider, and this service as its client.
pub(crate) struct TokenProvider {
    pub(super) issuer: Box<str>,
    pub(super) client: Box<str>,
    /// Whose tokens the provider is shown, beside its own.
    pub(super) subject_issuers: Vec<Box<str>>,
    pub(super) asker: TokenAsker,
    pub(super) endpoint: TokenEndpoint,
    pub(super) worker: Arc<Worker>,
    /// Turns at it, whoever asks.
    pub(super) lookups: Lookups,
    /// How much memory what it gives may take, wherever that is remembered.
    pub(super) bytes: usize,
    pub(super) reviewed: Vec<Setting>,
}

debug_by_name!([] TokenProvider as "TokenProvider";);

/// Where the provider is asked.
pub(super) enum TokenEndpoint {
    /// As it was configured.
    At(Endpoint),
    /// As the provider says.
    Published(Arc<Published<Endpoint>>),
}

/// What is asked for, to be taken to another thread.
pub(super) struct TokenRequest {
    /// Its values are secrets.
    pub(super) grant: Vec<(&'static str, Zeroizing<String>)>,
    pub(super) wanted: Wanted,
    pub(super) is_exchange: bool,
    pub(super) counts_until: Option<UnixTime>,
    pub(super) now: UnixTime,
}

impl TokenRequest {
    /// In metrics.
    pub(super) fn grant_name(&self) -> &'static str {
        if self.is_exchange { "token_exchange" } else { "client_credentials" }
    }
}

impl TokenProvider {
    /// Whether it may be shown a token of this caller.
    pub(super) fn check_issuer(&self, principal: &Principal) -> Result<(), OutgoingError> {
        let is_shown = |issuer: &str| *self.issuer == *issuer || self.subject_issuers.iter().any(|it| **it == *issuer);
        if principal.issuer().is_some_and(is_shown) {
            return Ok(());
        }
        limited!(
            error,
            provider = foreign(&self.issuer),
            issuer = principal.issuer().map(foreign),
            remedy = "name the issuer in `.subject_issuers(…)` if the provider may see its tokens",
            "a token of another issuer is not shown to a provider that exchanges tokens"
        );
        Err(OutgoingError::CallerForeign)
    }

    /// Asks it for a token.
    pub(super) async fn ask(&self, request: &TokenRequest) -> Result<AccessToken, OutgoingError> {
        let asked = tokio::time::timeout(LONGEST, self.granted(request)).await;
        let granted = asked.unwrap_or(Err(FetchError::TimedOut)).map_err(|error| self.refused(error))?;
        self.judged(request, granted)
    }

    async fn granted(&self, request: &TokenRequest) -> Result<Granted, FetchError> {
        let published;
        let endpoint = match &self.endpoint {
            TokenEndpoint::At(endpoint) => endpoint,
            TokenEndpoint::Published(known) => {
                published = known.get().await?;
                &published
            }
        };
        let wanted = request.wanted.parameters();
        let wanted = wanted.iter().map(|(name, value)| (*name, &**value));
        let grant = request.grant.iter().map(|(name, value)| (*name, &***value));
        self.asker.ask(endpoint, &grant.chain(wanted).collect::<Vec<_>>(), request.now).await
    }

    /// What an answer is worth.
    fn judged(&self, request: &TokenRequest, granted: Granted) -> Result<AccessToken, OutgoingError> {
        let fault = if !request.wanted.covers(granted.scope.as_ref()) {
            Some("more scopes than were asked for; ask for those too that the provider always gives")
        } else if request.is_exchange && !matches!(granted.issued_token_type.as_deref(), Some(ACCESS_TOKEN | JWT)) {
            Some("`issued_token_type` does not say that it is an access token (RFC 8693 section 2.2.1)")
        } else {
            None
        };
        if let Some(fault) = fault {
            let (provider, scope) =
                (foreign(&self.issuer), granted.scope.as_ref().and_then(Value::as_str).map(foreign));
            limited!(
                error,
                provider,
                fault,
                scope,
                "an answer of a provider does not fit the token that was asked for"
            );
            return Err(OutgoingError::AnswerUnfit);
        }
        let fresh_until = granted.fresh_until(request.now);
        let fresh_until = fresh_until.map(|until| until.min(request.counts_until.unwrap_or(UnixTime::MAX)));
        Ok(AccessToken::new(granted.access_token, fresh_until))
    }

    fn refused(&self, error: FetchError) -> OutgoingError {
        let refused = match error {
            FetchError::Refused(Refused::Grant | Refused::Request | Refused::Access) => OutgoingError::CallerRefused,
            FetchError::Refused(Refused::Target) => OutgoingError::TargetRefused,
            FetchError::Refused(Refused::Scope) => OutgoingError::ScopeRefused,
            FetchError::Refused(Refused::GrantType) | FetchError::Status(401 | 403) => OutgoingError::ClientRejected,
            FetchError::Malformed(_) | FetchError::TooLarge | FetchError::ContentTypeWrong => {
                OutgoingError::AnswerUnfit
            }
            _ => OutgoingError::Unavailable,
        };
        let (provider, error) = (foreign(&self.issuer), foreign(error));
        match refused {
            OutgoingError::ClientRejected => limited!(
                error,
                provider,
                error,
                remedy =
                    "correct client id, secret or key, and method, and let the provider allow this client the grant",
                "a provider does not give this service tokens"
            ),
            OutgoingError::CallerRefused | OutgoingError::TargetRefused | OutgoingError::ScopeRefused => {
                limited!(warn, provider, error, "a provider refuses a token for a call to another service");
            }
            _ => limited!(error, provider, error, "a provider gives no token for a call to another service"),
        }
        refused
    }
}
