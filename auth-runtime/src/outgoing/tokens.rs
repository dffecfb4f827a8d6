//! Where tokens for calls to other services come from.

use std::fmt;
use std::sync::Arc;

use crate::outgoing::access_token::AccessToken;
use crate::outgoing::builder::ProviderWithoutClient;
use crate::outgoing::error::OutgoingError;
use crate::outgoing::exchange::Exchange;
use crate::outgoing::provider::TokenProvider;
use crate::outgoing::wanted::Wanted;
use crate::time::Clock;

/// A provider that gives tokens for calls to other services; see [the module](super). Cloning shares what is remembered for the service itself; what is for callers
/// belongs to the [`Auth`](crate::Auth) that it is given to.
///
/// ```
/// use auth_runtime::Auth;
/// use auth_runtime::outgoing::OutgoingTokens;
///
/// # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://orders.example");
/// # let secret = "from the environment";
/// let outgoing = OutgoingTokens::at("https://idp.example").client_secret_basic("orders", secret).build()?;
/// // For handlers that take `OutgoingToken`:
/// let auth = Auth::builder().bearer(jwt).outgoing(outgoing.clone()).build()?;
/// // For what this service does by itself, such as a job at night:
/// let service = outgoing.service_token();
/// assert!(!format!("{outgoing:?}").contains(secret), "secrets are never shown");
/// # let _ = (auth, service);
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct OutgoingTokens {
    pub(crate) exchange: Arc<Exchange>,
    clock: Arc<dyn Clock>,
}

impl OutgoingTokens {
    /// The provider with this issuer identifier. Where it gives tokens is found by its metadata, of OpenID Connect or RFC 8414. Say next which client
    /// this service is there, then [`build`](super::OutgoingTokensBuilder::build).
    pub fn at(issuer: impl Into<Box<str>>) -> ProviderWithoutClient {
        ProviderWithoutClient(issuer.into())
    }

    pub(super) fn new(provider: Arc<TokenProvider>, clock: Arc<dyn Clock>) -> Self {
        Self { exchange: Arc::new(Exchange::at(provider)), clock }
    }

    /// The same for the callers of one `Auth`.
    pub(crate) fn for_callers(&self) -> Self {
        Self::new(Arc::clone(self.exchange.provider()), Arc::clone(&self.clock))
    }

    /// Tokens for this service itself, where nobody calls, or it does not matter who.
    pub fn service_token(&self) -> ServiceToken {
        ServiceToken(self.clone())
    }
}

/// Tokens for what this service does in its own name (`client_credentials`, RFC 6749 section 4.4): in a job, or in a handler for what no caller's
/// rights are asked for. Cloning shares what is remembered.
///
/// ```no_run
/// # async fn nightly(outgoing: auth_runtime::outgoing::OutgoingTokens) -> Result<(), auth_runtime::outgoing::OutgoingError> {
/// let service = outgoing.service_token();
/// let token = service.for_audience("https://stock.example", ["stock:count"]).await?;
/// // client.get("https://stock.example/count").header("Authorization", token.authorization())
/// # Ok(())
/// # }
/// ```
///
/// # Security
/// What it may do, every caller may whose request leads to it: for calls in a caller's name take
/// [`OutgoingToken`](super::OutgoingToken).
#[derive(Clone)]
pub struct ServiceToken(OutgoingTokens);

impl ServiceToken {
    /// A token for the service that the provider knows by this name, with these scopes and no others. A token is remembered until half a minute before
    /// it expires, and asked for once by all that want it at the same time.
    ///
    /// # Errors
    /// Where there is none; see [`OutgoingError`].
    pub async fn for_audience<S: AsRef<str>>(
        &self,
        audience: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<AccessToken, OutgoingError> {
        self.token(Wanted::for_audience(audience, scopes)?).await
    }

    /// The same for the service at this URL, for providers that take it so (`resource`, RFC 8707).
    ///
    /// # Errors
    /// Where there is none; see [`OutgoingError`].
    pub async fn for_resource<S: AsRef<str>>(
        &self,
        resource: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<AccessToken, OutgoingError> {
        self.token(Wanted::for_resource(resource, scopes)?).await
    }

    async fn token(&self, wanted: Wanted) -> Result<AccessToken, OutgoingError> {
        let now = self.0.clock.now().map_err(|_| OutgoingError::Unavailable)?;
        self.0.exchange.of_service(wanted, now).await
    }
}

/// Never a secret.
impl fmt::Debug for OutgoingTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingTokens")
            .field("issuer", &self.exchange.provider().issuer)
            .field("client", &self.exchange.provider().client)
            .finish_non_exhaustive()
    }
}

debug_by_name!([] ServiceToken as "ServiceToken";);
