//! The sessions of one configuration: judged, kept up, ended.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};

#[cfg(feature = "login")]
use crate::authorities::ReadyLoader;
use crate::denial::{Denial, Reason, Rejection, Unavailable};
use crate::http::cookie::{Cookie, cookie};
use crate::principal::Principal;
use crate::revocation::{Consulted, Revocable};
use crate::scheme::session::beginning::SigningIn;
use crate::scheme::session::current::CurrentSession;
use crate::scheme::session::details::DetailsReader;
use crate::scheme::session::id::{SessionCookie, SessionId};
use crate::scheme::session::landing::Landing;
#[cfg(feature = "login")]
use crate::scheme::session::login::Login;
use crate::scheme::session::old::CarriedOver;
use crate::scheme::session::record::{Record, Whose};
use crate::scheme::session::rights::LoadedRights;
use crate::scheme::session::seal::Seal;
use crate::scheme::session::store::{SessionKey, SessionStore, StoreAnswer, StoredSession};
#[cfg(feature = "login")]
use crate::scheme::session::vault::Vault;
use crate::scheme::{Authentication, Context, Outcome};
use crate::shares::{KnownCallers, Lookups, Presented};
use crate::telemetry::{EventName, EventSource, SIGN_INS, SecurityEvent, foreign, limited};
use crate::time::{Clock, UnixTime};

/// For how long an id that was replaced is known as such.
const REPLACED_FOR: UnixTime = 60;
/// Tries to change a session that others change at the same time.
pub(super) const TRIES: usize = 8;

/// The sessions of one configuration.
pub(crate) struct LiveSessions {
    pub(super) configuration: Option<Arc<str>>,
    /// Who vouches for the subjects.
    pub(super) issuer: Arc<str>,
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) seal: Seal,
    #[cfg(feature = "login")]
    pub(crate) vault: Vault,
    /// Where people sign in that is not here.
    #[cfg(feature = "login")]
    pub(super) logins: Vec<Arc<dyn Login>>,
    pub(super) cookie: SessionCookie,
    pub(super) landing: Landing,
    /// The sessions of another crate, whose users are carried over.
    pub(super) old: Option<CarriedOver>,
    pub(super) idle: Duration,
    pub(super) absolute: Duration,
    pub(super) most: usize,
    pub(super) revocations: Option<Consulted>,
    pub(super) details: Option<DetailsReader>,
    /// For whose rights the application is asked, so that none are kept.
    pub(super) loaded: Vec<LoadedRights>,
    pub(super) lookups: Lookups,
    pub(super) known: KnownCallers,
    /// For those who keep a record of who signs in and out.
    pub(super) events: EventSource,
}

impl LiveSessions {
    #[cfg(feature = "login")]
    pub(crate) fn configuration(&self) -> Option<&str> {
        self.configuration.as_deref()
    }

    pub(crate) fn landing(&self) -> &Landing {
        &self.landing
    }

    /// Where this session's user signs in, where that is at a provider.
    #[cfg(feature = "login")]
    pub(super) fn login_page_of(&self, who: &Principal) -> Option<&str> {
        let current = who.details::<CurrentSession>()?;
        let at = current.record().login.as_ref()?;
        self.login(at.provider.as_deref()).map(|login| login.login_path())
    }

    /// The session that a request's cookie names, if it goes on.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub(crate) async fn current(&self, key: Option<SessionKey>, now: UnixTime) -> Result<Option<Record>, Denial> {
        let Some(key) = key else { return Ok(None) };
        let found = self.store.find(key).get().await.map_err(unavailable)?;
        let found = found.and_then(|stored| self.open(stored)).map(|(_, record)| record);
        Ok(found.filter(|record| !record.replaced && self.lasts(record, now)))
    }

    /// Whether the rights of those are loaded for whom this issuer vouches.
    pub(super) fn loads(&self, issuer: &str) -> bool {
        self.loaded.iter().any(|loaded| loaded.is_for(issuer))
    }

    /// Says whom the application knows who signs in at this issuer.
    #[cfg(feature = "login")]
    pub(crate) fn gate(&self, issuer: &str) -> Option<&Arc<ReadyLoader>> {
        self.loaded.iter().find(|loaded| loaded.is_for(issuer)).map(LoadedRights::gate)
    }

    pub(crate) fn events(&self) -> &EventSource {
        &self.events
    }

    pub(crate) fn deletion(&self) -> HeaderValue {
        self.cookie.deletion()
    }

    /// The session that a request's cookie names, good or not.
    pub(crate) fn named_by(&self, headers: &HeaderMap) -> Option<SessionKey> {
        self.id_in(headers).map(|id| self.seal.key(&id))
    }

    pub(super) fn id_in(&self, headers: &HeaderMap) -> Option<SessionId> {
        match cookie(headers, self.cookie.name()) {
            Cookie::Present(id) => SessionId::read(id),
            Cookie::Absent | Cookie::Unreadable => None,
        }
    }

    /// Refused, and the cookie is worth nothing any more.
    pub(super) fn over(&self, rejection: Rejection) -> Rejection {
        rejection.header(SET_COOKIE, self.cookie.deletion())
    }

    /// Judges the session with this id: one read, and where it was not seen for a while one write that nobody waits for.
    pub(super) fn authenticate(self: &Arc<Self>, id: &[u8], context: &Context<'_>) -> Authentication {
        let Some(id) = SessionId::read(id) else {
            return Authentication::refused(self.over(Rejection::credentials_wrong()));
        };
        let key = self.seal.key(&id);
        let now = match context.now() {
            Ok(now) => now,
            Err(unreadable) => return Outcome::failed(unreadable).into(),
        };
        match self.store.find(key) {
            StoreAnswer::Ready(found) => self.judge(id, found, now).into(),
            StoreAnswer::Pending(answer) => {
                let presented = Presented::unguessable(key, context.address_share());
                let claimant = self.known.claimant(presented, Instant::now());
                let sessions = Arc::clone(self);
                Authentication::pending(async move {
                    match sessions.lookups.run(claimant, move || answer).await {
                        Ok(found) => {
                            let outcome = sessions.judge(id, found, now);
                            if matches!(outcome, Outcome::Verified(_)) {
                                sessions.known.insert(presented, Instant::now());
                            } else {
                                sessions.known.forget(key);
                            }
                            outcome
                        }
                        Err(unavailable) => Outcome::Unavailable(unavailable),
                    }
                })
            }
        }
    }

    fn judge(self: &Arc<Self>, id: SessionId, found: Option<StoredSession>, now: UnixTime) -> Outcome {
        let refused = |rejection| Outcome::Refused(self.over(rejection));
        let Some((stored, record)) = found.and_then(|stored| self.open(stored)) else {
            return refused(Rejection::session_ended());
        };
        debug_assert_eq!(stored.key, self.seal.key(&id));
        if is_just_replaced(&record, now) {
            // The browser may have the new one by now: its cookie stays.
            return Outcome::Refused(Rejection::session_ended());
        }
        if record.replaced || !self.lasts(&record, now) {
            return refused(Rejection::session_ended());
        }
        let principal = match self.principal(id, stored, record) {
            Ok(principal) => principal,
            Err(unavailable) => return Outcome::Unavailable(unavailable),
        };
        let Some(current) = principal.details::<CurrentSession>() else {
            return Outcome::failed(Reason::IdentityUnfit);
        };
        match self.standing(&principal, current.record(), now) {
            Ok(()) => {}
            Err(Reason::RevocationsStale) => return Outcome::failed(Reason::RevocationsStale),
            Err(_) => return refused(Rejection::session_ended()),
        }
        current.touch(now);
        Outcome::Verified(principal)
    }

    /// What a store has kept, if this service has written it for this session.
    pub(super) fn open(&self, stored: StoredSession) -> Option<(StoredSession, Record)> {
        let record = self.seal.open(stored.key, stored.content());
        if record.is_none() {
            limited!(
                error,
                "the store of sessions holds one that this service has not written, or not with a key that it has; it does not count"
            );
        }
        Some((stored, record?))
    }

    pub(super) fn lasts(&self, record: &Record, now: UnixTime) -> bool {
        now < self.end(record) && now < record.seen_at.saturating_add(seconds(self.idle))
    }

    /// When it ends however it is used.
    pub(super) fn end(&self, record: &Record) -> UnixTime {
        record.created_at.saturating_add(seconds(self.absolute))
    }

    pub(super) fn standing(&self, principal: &Principal, record: &Record, now: UnixTime) -> Result<(), Reason> {
        let Some(revocations) = &self.revocations else { return Ok(()) };
        let issued_at = UnixTime::try_from(record.began_at / 1000).ok();
        let session = Some(record.sid.clone());
        let revocable = Revocable { token_id: record.sid.clone(), session, issued_at };
        revocations.check(principal, &revocable, self.end(record), now)
    }

    /// Whether nothing has revoked it.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub(super) fn stands(&self, principal: &Principal, record: &Record, now: UnixTime) -> Result<bool, Denial> {
        match self.standing(principal, record, now) {
            Ok(()) => Ok(true),
            Err(Reason::RevocationsStale) => Err(Denial::of(Reason::RevocationsStale)),
            Err(_) => Ok(false),
        }
    }

    pub(super) fn principal(
        self: &Arc<Self>,
        id: SessionId,
        stored: StoredSession,
        record: Record,
    ) -> Result<Principal, Unavailable> {
        let issuer = record.login.as_ref().map_or_else(|| Arc::clone(&self.issuer), |login| Arc::from(&*login.issuer));
        let loads = self.loads(&issuer);
        let mut builder = Principal::builder(super::NAME, record.subject.clone())
            .configuration(self.configuration.clone())
            .issuer(issuer)
            .amr(record.amr.iter().cloned())
            .session_id(record.sid.clone())
            .expires_at(self.end(&record));
        if let Some(at) = record.auth_time {
            builder = builder.auth_time(at);
        }
        if let Some(acr) = &record.acr {
            builder = builder.acr(acr.clone());
        }
        if let Some(scopes) = record.scopes.as_ref().filter(|_| !loads) {
            builder = builder.scopes(scopes.iter().cloned());
        }
        if let Some(roles) = record.roles.as_ref().filter(|_| !loads) {
            builder = builder.roles(roles.iter().cloned());
        }
        if let Some(reader) = &self.details {
            builder = builder.shared_details(reader.read(record.details.as_deref())?);
        }
        Ok(builder.details(CurrentSession::new(Arc::clone(self), id, stored, record)).build())
    }

    pub(super) fn stored(&self, key: SessionKey, version: u64, record: &Record) -> Option<StoredSession> {
        let expires_at = self.end(record).min(record.seen_at.saturating_add(seconds(self.idle)));
        let subject = Some(self.seal.subject(record.whose()));
        let content = self.seal.seal(key, record)?;
        Some(StoredSession::new(key, subject, version, record.seen_at, expires_at, content))
    }

    /// What stays in the place of a session whose id was replaced. Where it is `moved` to another id, and not over, this says which it is: whoever
    /// comes by its old one may end it.
    pub(super) fn tombstone(
        &self,
        key: SessionKey,
        version: u64,
        moved: Option<&Record>,
        now: UnixTime,
    ) -> Option<StoredSession> {
        let record = moved.map(Record::named).unwrap_or_default();
        let record = Record { replaced: true, seen_at: now, created_at: now, ..record };
        let content = self.seal.seal(key, &record)?;
        Some(StoredSession::new(key, None, version, now, now.saturating_add(REPLACED_FOR), content))
    }

    /// The sessions of a subject that have not ended.
    pub(crate) async fn of_subject(
        &self,
        whose: Whose<'_>,
        now: UnixTime,
    ) -> Result<Vec<(StoredSession, Record)>, Denial> {
        let stored = self.store.of_subject(self.seal.subject(whose)).get().await.map_err(unavailable)?;
        let opened = stored.into_iter().filter_map(|stored| self.open(stored));
        let mut live: Vec<_> = opened
            .filter(|(_, record)| record.whose() == whose && !record.replaced && self.lasts(record, now))
            .collect();
        live.sort_by(|(_, one), (_, other)| (other.seen_at, &other.sid).cmp(&(one.seen_at, &one.sid)));
        Ok(live)
    }

    /// Tells those who keep a record that nobody was signed in. Not for whom: some write the password where the name belongs.
    pub(crate) fn tell_refused(&self, who: &SigningIn, provider: Option<&str>, reason: &'static str) {
        metrics::counter!(SIGN_INS, "outcome" => "refused", "reason" => reason).increment(1);
        self.events.tell(|| {
            let issuer = provider.map_or_else(|| Arc::clone(&self.issuer), Arc::from);
            let event = SecurityEvent::new(EventName::SignInRefused, &issuer);
            who.seen_in(SecurityEvent { reason: Some(reason), ..event })
        });
    }

    /// Tells those who keep a record.
    pub(super) fn tell(&self, name: EventName, whose: Whose<'_>, more: impl FnOnce(SecurityEvent) -> SecurityEvent) {
        self.events.tell(|| {
            let event = match whose.issuer {
                Some(issuer) => SecurityEvent::new(name, &issuer.into()),
                None => SecurityEvent::new(name, &self.issuer),
            };
            more(SecurityEvent { subject: Some(whose.subject.into()), ..event })
        });
    }
}

/// Whether another id has come into the place of this one so short a while ago that the browser may not have it yet.
pub(super) fn is_just_replaced(record: &Record, now: UnixTime) -> bool {
    record.replaced && now < record.seen_at.saturating_add(REPLACED_FOR)
}

/// Milliseconds since 1970.
pub(crate) fn milliseconds(clock: &dyn Clock) -> u64 {
    let since = clock.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn seconds(duration: Duration) -> UnixTime {
    UnixTime::try_from(duration.as_secs()).unwrap_or(UnixTime::MAX)
}

/// The answer in place of what needs the store, with an event that says why.
pub(crate) fn unavailable(failed: Unavailable) -> Denial {
    let Unavailable { reason, cause } = failed;
    limited!(
        error,
        reason = reason.label(),
        cause = cause.as_deref().map(foreign),
        remedy = reason.remedy(),
        "the store of sessions cannot be asked"
    );
    Denial::of(reason)
}

debug_by_name!([] LiveSessions as "LiveSessions";);
