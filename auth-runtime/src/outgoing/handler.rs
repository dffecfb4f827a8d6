//! The caller's token, to be exchanged, as a handler takes it.

use std::sync::Arc;

use actix_web::HttpRequest;
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::denial::Reason;
use crate::grant::{CarriesToken, FromGrant, Grant, IdentityError, ViaGrant, YieldsToken};
use crate::http::peer::AddressShare;
#[cfg(feature = "login")]
use crate::login::Tokens;
use crate::outgoing::access_token::AccessToken;
use crate::outgoing::error::OutgoingError;
use crate::outgoing::exchange::{Exchange, SubjectToken};
use crate::outgoing::wanted::Wanted;
use crate::policy::Policy;
use crate::principal::{DetailsType, Principal};
#[cfg(feature = "login")]
use crate::scheme::SessionScheme;
use crate::scheme::{BearerScheme, Context, DpopScheme, LetInAt, Recheck, Scheme, presented_token};
use crate::telemetry::limited;
use crate::time::{Clock, UnixTime};

/// The caller's token, to be exchanged for one with which this service calls another in the caller's name (RFC 8693).
///
/// ```standalone_crate
/// use actix_web::get;
/// use auth_runtime::outgoing::OutgoingToken;
/// use auth_runtime::{Denial, requires};
///
/// # async fn call(_: actix_web::http::header::HeaderValue) -> String { String::new() }
/// #[requires(bearer, scope = "orders")]
/// #[get("/orders")]
/// async fn orders(upstream: OutgoingToken) -> Result<String, Denial> {
///     let token = upstream.for_audience("https://stock.example", ["stock:read"]).await?;
///     Ok(call(token.authorization()).await)
/// }
/// ```
///
/// Take it under `bearer`, `dpop`, or `session` with sign-in at the provider (feature `login`), also several of them in `any(…)`. Under another policy it does not
/// compile; [`build`](crate::config::AuthBuilder::build) fails on a handler that takes it where
/// [`outgoing`](crate::config::AuthBuilder::outgoing) was not called.
///
/// The token that is shown to the provider is the very one by which the guard let the caller in. In a session it is the provider's access token of
/// that session, refreshed before where it is about to expire.
#[derive(Clone)]
pub struct OutgoingToken(Arc<Accepted>);

debug_by_name!([] OutgoingToken as "OutgoingToken";);

/// A caller whom the guard has let in.
struct Accepted {
    exchange: Arc<Exchange>,
    token: CallerToken,
    principal: Principal,
    scheme: Arc<dyn Scheme>,
    clock: Arc<dyn Clock>,
    address: AddressShare,
    at: LetInAt,
}

/// What is exchanged.
enum CallerToken {
    Presented(Zeroizing<String>),
    /// Of the provider where the session began.
    #[cfg(feature = "login")]
    OfSession(Tokens),
}

impl OutgoingToken {
    /// A token for the service that the provider knows by this name, with these scopes and no others. A token is remembered until half a minute before
    /// it expires, at most until the caller's own does, and asked for once by all requests of the caller that want it at the same time.
    ///
    /// # Errors
    /// Where there is none; see [`OutgoingError`].
    pub async fn for_audience<S: AsRef<str>>(
        &self,
        audience: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<AccessToken, OutgoingError> {
        self.0.token(Wanted::for_audience(audience, scopes)?).await
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
        self.0.token(Wanted::for_resource(resource, scopes)?).await
    }

    /// # Errors
    /// Where nobody can be asked for tokens, or the caller has none.
    fn of<P>(grant: &Grant<P>, request: &HttpRequest) -> Result<Self, IdentityError> {
        let auth = request.app_data::<Auth>().ok_or(Reason::AuthMissing)?;
        let Some(outgoing) = auth.outgoing() else {
            limited!(error, "a handler takes `OutgoingToken`, and `.outgoing(…)` is not configured; the answer is 500");
            return Err(Reason::OutgoingUnfit.into());
        };
        let verified = grant.caller().whole().ok_or(Reason::IdentityUnfit)?;
        let (principal, scheme, clock) = (&verified.principal, &verified.scheme, &verified.clock);
        let token = CallerToken::of(principal, &**scheme, clock, request).ok_or(Reason::IdentityUnfit)?;
        Ok(Self(Arc::new(Accepted {
            exchange: Arc::clone(&outgoing.exchange),
            token,
            principal: principal.clone(),
            scheme: Arc::clone(scheme),
            clock: Arc::clone(clock),
            address: auth.settings().address_share(request.into()),
            at: LetInAt::now(),
        })))
    }
}

impl CallerToken {
    /// As the scheme that accepted the request finds it there, by the same way.
    fn of(principal: &Principal, scheme: &dyn Scheme, clock: &Arc<dyn Clock>, request: &HttpRequest) -> Option<Self> {
        #[cfg(feature = "login")]
        if let Some(tokens) = Tokens::of(principal, clock) {
            return Some(Self::OfSession(tokens));
        }
        let _ = principal;
        let context = Context::new(request, clock);
        let token = std::str::from_utf8(presented_token(scheme, &context)?).ok()?;
        Some(Self::Presented(Zeroizing::new(token.to_owned())))
    }
}

impl Accepted {
    async fn token(&self, wanted: Wanted) -> Result<AccessToken, OutgoingError> {
        let now = self.clock.now().map_err(|_| OutgoingError::Unavailable)?;
        if self.principal.expires_at().is_some_and(|at| at <= now) {
            return Err(OutgoingError::CallerEnded);
        }
        self.exchange.provider().check_issuer(&self.principal)?;
        if !self.at.is_fresh() {
            self.recheck(now).await?;
        }
        let (principal, address) = (&self.principal, self.address);
        #[cfg(feature = "login")]
        let held;
        let (token, counts_until) = match &self.token {
            CallerToken::Presented(token) => (&***token, principal.expires_at()),
            #[cfg(feature = "login")]
            CallerToken::OfSession(tokens) => {
                // It goes on: that was looked at above.
                held = tokens.access_now(now).await.map_err(|denial| match denial.status().is_server_error() {
                    true => OutgoingError::Unavailable,
                    false => OutgoingError::CallerEnded,
                })?;
                // Where the provider did not say until when: no longer than the session.
                (held.expose(), held.fresh_until().or(principal.expires_at()))
            }
        };
        self.exchange.exchange(SubjectToken { principal, token, counts_until, address }, wanted, now).await
    }

    /// Whether credentials still count that were accepted a while ago: a request may be a WebSocket. What was given for them goes with them.
    async fn recheck(&self, now: UnixTime) -> Result<(), OutgoingError> {
        let counts = match self.scheme.recheck(&self.principal, now) {
            Recheck::UntilExpiry | Recheck::Valid => true,
            Recheck::Ended => false,
            Recheck::Pending(counts) => counts.await.map_err(|_| OutgoingError::Unavailable)?,
        };
        if counts {
            return Ok(());
        }
        self.exchange.forget_caller(self.principal.key());
        Err(OutgoingError::CallerEnded)
    }
}

impl CarriesToken for BearerScheme {}
impl CarriesToken for DpopScheme {}
#[cfg(feature = "login")]
impl CarriesToken for SessionScheme {}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: YieldsToken>> FromGrant<P, ViaGrant> for OutgoingToken {
    fn details() -> Option<DetailsType> {
        Some(DetailsType::exchangeable())
    }

    /// At once, before another argument reads the body: from now on counts how old the guard's word is.
    fn from_grant(grant: &Grant<P>, request: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        Self::of(grant, request).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_taken_along_to_where_the_call_is_made() {
        fn goes_anywhere<T: Send + Sync + 'static>() {}
        goes_anywhere::<OutgoingToken>();
        goes_anywhere::<AccessToken>();
    }
}
