//! Tokens of the provider, for calls in the name of whoever has signed in.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use actix_web::HttpRequest;

use crate::denial::{Denial, Reason};
use crate::extract::{Identity, IdentityOf, certain};
use crate::grant::{FromGrant, Grant, IdentityError, ViaGrant, Yields};
use crate::login::fault::LoginFault;
use crate::login::provider::Provider;
use crate::outgoing::AccessToken;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::provider::granted::Granted;
use crate::provider::limits::flight::{Fetched, landed};
use crate::scheme::session::elsewhere::HeldTokens;
use crate::scheme::session::{AtProvider, CurrentSession, LiveSessions, Record, milliseconds, unavailable};
use crate::scheme::{LetInAt, SessionScheme};
use crate::telemetry::foreign;
use crate::time::{Clock, UnixTime};

/// How long one process may take to ask for other tokens, in milliseconds, before another one does.
const LEASE: u64 = 15_000;
/// How often is looked whether another process has asked.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How many sessions of one process may be about it at once.
const AT_ONCE: usize = 1024;

/// The tokens of the provider where the caller has signed in, for calls to services that accept them. They stay on the server: no browser sees them.
///
/// ```standalone_crate
/// use actix_web::{HttpResponse, get};
/// use auth_runtime::{Denial, Tokens, requires};
///
/// # async fn call_upstream(_: actix_web::http::header::HeaderValue) -> String { String::new() }
/// #[requires(session)]
/// #[get("/orders")]
/// async fn orders(tokens: Tokens) -> Result<HttpResponse, Denial> {
///     let token = tokens.access().await?;
///     Ok(HttpResponse::Ok().body(call_upstream(token.authorization()).await))
/// }
/// ```
pub struct Tokens {
    pub(super) current: Arc<CurrentSession>,
    pub(super) principal: Principal,
    clock: Arc<dyn Clock>,
    at: LetInAt,
}

debug_by_name!([] Tokens as "Tokens";);

/// To be used, and kept by whoever exchanges it.
fn access(tokens: HeldTokens) -> AccessToken {
    AccessToken::new(Zeroizing::new(tokens.access), tokens.fresh_until)
}

/// What has come of asking for other tokens.
pub(super) type Refreshed = Result<AccessToken, NoToken>;

/// Why there is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoToken {
    /// The session has ended, or the provider ends it.
    Ended,
    /// It has expired, and the provider has given nothing to get another one with.
    Expired,
    /// Somebody cannot be asked.
    Unavailable(Reason),
}

impl Granted {
    /// To be kept; what the provider did not give anew stays.
    pub(super) fn held(&self, before: Option<&HeldTokens>, now: UnixTime) -> HeldTokens {
        let given = |token: &Option<Zeroizing<String>>| token.as_ref().map(|token| (**token).clone());
        HeldTokens {
            access: (*self.access_token).clone(),
            fresh_until: self.fresh_until(now),
            refresh: given(&self.refresh_token).or_else(|| before?.refresh.clone()),
            // The first one says who signed in: a later one nobody has verified.
            id: match before {
                Some(before) => before.id.clone(),
                None => given(&self.id_token),
            },
        }
    }
}

impl HeldTokens {
    fn is_fresh(&self, now: UnixTime) -> bool {
        self.fresh_until.is_none_or(|until| now < until)
    }
}

impl Tokens {
    /// Those of the caller, where it came by a session.
    pub(crate) fn of(principal: &Principal, clock: &Arc<dyn Clock>) -> Option<Self> {
        let (principal, clock) = (principal.clone(), Arc::clone(clock));
        Some(Self { current: principal.details()?, principal, clock, at: LetInAt::now() })
    }

    /// An access token that is good for a moment yet; half a minute, where tokens last longer than one. Where it is not, the provider is asked for
    /// another one: once for all that want one at the same time, in all processes that share the sessions.
    ///
    /// # Errors
    /// A 401 where the session has no tokens that are good, or not any more, or has ended since the request came: people then sign in again. Where the provider does not accept the
    /// refresh token any more, because it was revoked or somebody else has used it, the session ends. A 503 where the provider or the store
    /// cannot be asked.
    pub async fn access(&self) -> Result<AccessToken, Denial> {
        let now = self.clock.now().map_err(|error| Denial::of(error.into()))?;
        if self.at.is_fresh() {
            return self.access_now(now).await;
        }
        let of = (self.current.key(), self.current.record());
        let latest = self.current.sessions().going_on(&self.principal, of, now).await?;
        self.access_in(&latest.ok_or_else(none)?, now).await
    }

    /// The same for whoever knows that the session goes on.
    pub(crate) async fn access_now(&self, now: UnixTime) -> Result<AccessToken, Denial> {
        self.access_in(self.current.record(), now).await
    }

    async fn access_in(&self, record: &Record, now: UnixTime) -> Result<AccessToken, Denial> {
        let sessions = self.current.sessions();
        let Some((provider, held)) = super::provider_of(sessions, record).zip(sessions.tokens(record)) else {
            return Err(none());
        };
        if held.is_fresh(now) {
            return Ok(access(held));
        }
        let flights = Arc::clone(&provider.refreshing);
        let fetched = flights.fetch(
            || record.sid.clone(),
            AT_ONCE,
            || None,
            |flight| {
                // To its end, also where whoever came first goes away: a refresh token is good once.
                let (current, clock) = (Arc::clone(&self.current), Arc::clone(&self.clock));
                tokio::spawn(async move {
                    let refreshing = Refreshing { sessions: current.sessions(), provider: &provider, clock: &*clock };
                    flight.land(refreshing.refreshed(&current).await);
                });
            },
        );
        let refreshed = match fetched {
            Fetched::Known(known) => known,
            Fetched::Full => Err(NoToken::Unavailable(Reason::LookupBusy)),
            Fetched::UnderWay(told) => {
                landed(told).await.unwrap_or(Err(NoToken::Unavailable(Reason::BackendUnavailable)))
            }
        };
        refreshed.map_err(|why| match why {
            NoToken::Ended | NoToken::Expired => none(),
            NoToken::Unavailable(reason) => Denial::of(reason),
        })
    }
}

fn none() -> Denial {
    Denial::unauthorized("sign in again")
}

/// Asking for other tokens.
struct Refreshing<'a> {
    sessions: &'a Arc<LiveSessions>,
    provider: &'a Arc<Provider>,
    clock: &'a dyn Clock,
}

impl Refreshing<'_> {
    async fn refreshed(&self, current: &CurrentSession) -> Refreshed {
        let deadline = tokio::time::Instant::now() + Duration::from_millis(LEASE);
        let away = |failed| NoToken::Unavailable(unavailable(failed).reason());
        while tokio::time::Instant::now() < deadline {
            let now = self.now()?;
            let latest = self.sessions.latest(current.key(), current.record(), now).await.map_err(away)?;
            let Some((stored, record)) = latest else { return Err(NoToken::Ended) };
            let held = self.sessions.tokens(&record).ok_or(NoToken::Expired)?;
            if held.is_fresh(now) {
                return Ok(access(held));
            }
            let Some(refresh) = held.refresh.clone().map(Zeroizing::new) else { return Err(NoToken::Expired) };
            let at = milliseconds(self.clock);
            if record.login.as_ref().is_some_and(|login| at < login.refreshing_until) {
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            // Whoever writes this first asks; all others see it.
            let leased = with_login(&record, |login| login.refreshing_until = at.saturating_add(LEASE));
            if self.sessions.change(&stored, &leased).await.map_err(away)? {
                return self.ask(current, &held, &refresh).await;
            }
        }
        Err(NoToken::Unavailable(Reason::BackendUnavailable))
    }

    async fn ask(&self, current: &CurrentSession, held: &HeldTokens, refresh: &str) -> Refreshed {
        let now = self.now()?;
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        match self.provider.exchange(&grant, now).await {
            Ok(granted) if !self.tells_of_the_same(&granted, current.record()) => {
                let (provider, record) = (foreign(&self.provider.settings.issuer), current.record());
                let session = &*record.sid;
                tracing::error!(
                    provider,
                    subject = foreign(&record.subject),
                    session,
                    "a provider has given an ID token of somebody else for a refresh token; the session ends"
                );
                self.end(current, "refreshed_for_somebody_else", now).await
            }
            Ok(granted) => {
                let held = granted.held(Some(held), now);
                self.keep(current, Some(&held)).await?;
                Ok(access(held))
            }
            Err(LoginFault::CodeRefused) => {
                let (provider, record) = (foreign(&self.provider.settings.issuer), current.record());
                tracing::warn!(
                    provider,
                    subject = foreign(&record.subject),
                    session = &*record.sid,
                    "the provider refuses a refresh token, which was revoked, or used by somebody else; the session ends"
                );
                self.end(current, "refresh_token_refused", now).await
            }
            Err(_) => {
                // The next one may ask at once. Where this fails too, it waits.
                let _ = self.keep(current, None).await;
                Err(NoToken::Unavailable(Reason::BackendUnavailable))
            }
        }
    }

    /// Whether the ID token is of whoever signed in, where one has come.
    fn tells_of_the_same(&self, granted: &Granted, record: &Record) -> bool {
        granted.id_token.as_ref().is_none_or(|token| self.provider.tells_of(&record.subject, token))
    }

    async fn end(&self, current: &CurrentSession, reason: &'static str, now: UnixTime) -> Refreshed {
        let ended = self.sessions.end_refused(current.key(), current.record(), reason, now).await;
        Err(ended.map_or_else(|denial| NoToken::Unavailable(denial.reason()), |_| NoToken::Ended))
    }

    /// Writes other tokens into the session, whatever else has changed in it, and lets the next one ask.
    async fn keep(&self, current: &CurrentSession, held: Option<&HeldTokens>) -> Result<(), NoToken> {
        let away = |failed| NoToken::Unavailable(unavailable(failed).reason());
        let sealed = match held {
            Some(held) => Some(self.sessions.sealed_tokens(current.record(), held).map_err(away)?),
            None => None,
        };
        // With rotation the refresh token in the session is used up by now: a store that is away for a moment must not end it.
        let deadline = tokio::time::Instant::now() + Duration::from_millis(LEASE);
        loop {
            let latest = self.sessions.latest(current.key(), current.record(), self.now()?).await;
            let latest = match latest {
                Err(_) if tokio::time::Instant::now() < deadline => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    continue;
                }
                latest => latest.map_err(away)?,
            };
            let Some((stored, record)) = latest else { return Err(NoToken::Ended) };
            let kept = with_login(&record, |login| {
                login.refreshing_until = 0;
                if let Some(sealed) = &sealed {
                    login.tokens.clone_from(sealed);
                }
            });
            match self.sessions.change(&stored, &kept).await {
                Ok(true) => return Ok(()),
                // Somebody else has changed it, or the store is away.
                Ok(false) | Err(_) if tokio::time::Instant::now() < deadline => tokio::time::sleep(LOOK_EVERY).await,
                Ok(false) => return Err(NoToken::Unavailable(Reason::BackendUnavailable)),
                Err(failed) => return Err(away(failed)),
            }
        }
    }

    fn now(&self) -> Result<UnixTime, NoToken> {
        self.clock.now().map_err(|error| NoToken::Unavailable(error.into()))
    }
}

/// The session with what is kept of its provider changed.
fn with_login(record: &Record, change: impl FnOnce(&mut AtProvider)) -> Record {
    let mut record = record.clone();
    if let Some(login) = &mut record.login {
        change(login);
    }
    record
}

impl Identity for Tokens {
    type Scheme = SessionScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, clock)) = caller.by::<SessionScheme>() else { return Ok(None) };
        Self::of(principal, clock).map(Some).ok_or(Reason::IdentityUnfit.into())
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<SessionScheme>>> FromGrant<P, ViaGrant> for Tokens {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}
