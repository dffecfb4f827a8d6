//! The sessions of one configuration: judged, begun, kept up, ended.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};

use crate::crypto::Hex;
use crate::denial::{Denial, Reason, Rejection, Unavailable};
use crate::http::cookie::{Cookie, cookie};
use crate::principal::Principal;
use crate::revocation::{Consulted, Revocable};
use crate::scheme::session::current::CurrentSession;
use crate::scheme::session::details::DetailsReader;
use crate::scheme::session::id::{SessionCookie, SessionId, random};
use crate::scheme::session::landing::Landing;
use crate::scheme::session::record::Record;
use crate::scheme::session::seal::Seal;
use crate::scheme::session::store::{Added, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession};
use crate::scheme::{Authentication, Context, Outcome};
use crate::shares::{KnownCallers, Lookups, Presented};
use crate::telemetry::{EventName, EventSource, SecurityEvent, foreign, limited};
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
    pub(super) cookie: SessionCookie,
    pub(super) landing: Landing,
    pub(super) idle: Duration,
    pub(super) absolute: Duration,
    pub(super) most: usize,
    pub(super) revocations: Option<Consulted>,
    pub(super) details: Option<DetailsReader>,
    /// The application is asked for the rights of callers, so that none are kept.
    pub(super) loads: bool,
    pub(super) lookups: Lookups,
    pub(super) known: KnownCallers,
    /// For those who keep a record of who signs in and out.
    pub(super) events: EventSource,
}

/// Who signs in, and how.
#[derive(Default)]
pub(crate) struct SigningIn {
    pub(crate) subject: Box<str>,
    pub(crate) roles: Option<Vec<Box<str>>>,
    pub(crate) scopes: Option<Vec<Box<str>>>,
    /// As JSON text.
    pub(crate) details: Option<Box<str>>,
    pub(crate) acr: Option<Box<str>>,
    pub(crate) amr: Vec<Box<str>>,
    pub(crate) address: Option<Box<str>>,
    pub(crate) agent: Option<Box<str>>,
    /// The session that the browser has had.
    pub(crate) before: Option<SessionKey>,
    /// When it began, in milliseconds.
    pub(crate) began_at: u64,
}

impl LiveSessions {
    pub(crate) fn landing(&self) -> &Landing {
        &self.landing
    }

    pub(crate) fn events(&self) -> &EventSource {
        &self.events
    }

    pub(crate) fn deletion(&self) -> HeaderValue {
        self.cookie.deletion()
    }

    /// The session that a request's cookie names, good or not.
    pub(crate) fn named_by(&self, headers: &HeaderMap) -> Option<SessionKey> {
        match cookie(headers, self.cookie.name()) {
            Cookie::Present(id) => Some(SessionId::read(id)?.key()),
            Cookie::Absent | Cookie::Unreadable => None,
        }
    }

    /// Refused, and the cookie is worth nothing any more.
    pub(super) fn over(&self, rejection: Rejection) -> Rejection {
        rejection.header(SET_COOKIE, self.cookie.deletion())
    }

    /// Judges the session with this id: one read, and where it was not seen for a while one write that nobody waits for.
    pub(super) fn authenticate(self: &Arc<Self>, id: &[u8], context: &Context<'_>) -> Authentication {
        let Some(key) = SessionId::read(id).map(|id| id.key()) else {
            return Authentication::refused(self.over(Rejection::credentials_wrong()));
        };
        let now = match context.now() {
            Ok(now) => now,
            Err(unreadable) => return Outcome::failed(unreadable).into(),
        };
        match self.store.find(key) {
            StoreAnswer::Ready(found) => self.judge(key, found, now).into(),
            StoreAnswer::Pending(answer) => {
                let presented = Presented::unguessable(key, context.address_share());
                let claimant = self.known.claimant(presented, Instant::now());
                let sessions = Arc::clone(self);
                Authentication::pending(async move {
                    match sessions.lookups.run(claimant, move || answer).await {
                        Ok(found) => {
                            let outcome = sessions.judge(key, found, now);
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

    fn judge(self: &Arc<Self>, key: SessionKey, found: Option<StoredSession>, now: UnixTime) -> Outcome {
        let refused = |rejection| Outcome::Refused(self.over(rejection));
        let Some((stored, record)) = found.and_then(|stored| self.open(stored)) else {
            return refused(Rejection::session_ended());
        };
        debug_assert_eq!(stored.key, key);
        if record.replaced && now < record.seen_at.saturating_add(REPLACED_FOR) {
            // The browser may have the new one by now: its cookie stays.
            return Outcome::Refused(Rejection::session_ended());
        }
        if record.replaced || !self.lasts(&record, now) {
            return refused(Rejection::session_ended());
        }
        let principal = match self.principal(stored, record) {
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

    fn lasts(&self, record: &Record, now: UnixTime) -> bool {
        now < self.end(record) && now < record.seen_at.saturating_add(seconds(self.idle))
    }

    /// When it ends however it is used.
    pub(super) fn end(&self, record: &Record) -> UnixTime {
        record.created_at.saturating_add(seconds(self.absolute))
    }

    fn standing(&self, principal: &Principal, record: &Record, now: UnixTime) -> Result<(), Reason> {
        let Some(revocations) = &self.revocations else { return Ok(()) };
        let issued_at = UnixTime::try_from(record.began_at / 1000).ok();
        let session = Some(record.sid.clone());
        let revocable = Revocable { token_id: record.sid.clone(), session, issued_at };
        revocations.check(principal, &revocable, self.end(record), now)
    }

    fn principal(self: &Arc<Self>, stored: StoredSession, record: Record) -> Result<Principal, Unavailable> {
        let mut builder = Principal::builder(super::NAME, record.subject.clone())
            .configuration(self.configuration.clone())
            .issuer(Arc::clone(&self.issuer))
            .auth_time(record.auth_time)
            .amr(record.amr.iter().cloned())
            .session_id(record.sid.clone())
            .expires_at(self.end(&record));
        if let Some(acr) = &record.acr {
            builder = builder.acr(acr.clone());
        }
        if let Some(scopes) = record.scopes.as_ref().filter(|_| !self.loads) {
            builder = builder.scopes(scopes.iter().cloned());
        }
        if let Some(roles) = record.roles.as_ref().filter(|_| !self.loads) {
            builder = builder.roles(roles.iter().cloned());
        }
        if let Some(reader) = &self.details {
            builder = builder.shared_details(reader.read(record.details.as_deref())?);
        }
        Ok(builder.details(CurrentSession::new(Arc::clone(self), stored, record)).build())
    }

    pub(super) fn stored(&self, key: SessionKey, version: u64, record: &Record) -> Option<StoredSession> {
        let expires_at = self.end(record).min(record.seen_at.saturating_add(seconds(self.idle)));
        let subject = Some(self.seal.subject(&record.subject));
        let content = self.seal.seal(key, record)?;
        Some(StoredSession::new(key, subject, version, record.seen_at, expires_at, content))
    }

    /// What stays in the place of a session whose id was replaced.
    pub(super) fn tombstone(&self, key: SessionKey, version: u64, now: UnixTime) -> Option<StoredSession> {
        let record = Record { replaced: true, seen_at: now, created_at: now, ..Record::default() };
        let content = self.seal.seal(key, &record)?;
        Some(StoredSession::new(key, None, version, now, now.saturating_add(REPLACED_FOR), content))
    }

    /// Begins a session, under an id that nobody has seen before; the one that the browser had is over.
    ///
    /// # Errors
    /// Where the store cannot tell or has no room, or where the subject's sessions were ended since the sign-in began.
    pub(crate) async fn begin(self: &Arc<Self>, who: SigningIn, clock: &dyn Clock) -> Result<HeaderValue, Denial> {
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        let sid = Hex(&random::<16>().map_err(unavailable)?).to_string();
        let SigningIn { subject, roles, scopes, details, acr, amr, address, agent, before, began_at } = who;
        let (roles, scopes) = if self.loads { (None, None) } else { (roles, scopes) };
        let record = Record {
            sid: sid.into(),
            subject,
            roles,
            scopes,
            details,
            created_at: now,
            began_at,
            seen_at: now,
            acr,
            amr,
            auth_time: now,
            address,
            agent,
            ..Record::default()
        };
        let id = SessionId::random().map_err(unavailable)?;
        let too_large = || {
            tracing::error!("a session is larger than 16 KiB and cannot be kept; keep less in its details");
            Denial::of(Reason::IdentityUnfit)
        };
        let session = self.stored(id.key(), 1, &record).ok_or_else(too_large)?;
        let replaced = before.and_then(|before| self.tombstone(before, 1, now));
        let principal = self.principal(session.clone(), record.clone()).map_err(unavailable)?;
        match self.standing(&principal, &record, now) {
            Ok(()) => {}
            Err(Reason::RevocationsStale) => return Err(Denial::of(Reason::RevocationsStale)),
            Err(_) => return Err(barred()),
        }
        let new = NewSession { session, began_at, most: self.most, replaced, continues: false };
        match self.store.put(new).get().await.map_err(unavailable)? {
            Added::Kept { ended } => {
                tracing::info!(
                    subject = foreign(&record.subject),
                    session = &*record.sid,
                    scheme = super::NAME,
                    ended_for_it = (ended > 0).then_some(ended),
                    "signed in"
                );
                self.tell(EventName::SignedIn, &record.subject, |event| {
                    let address = record.address.as_deref().map(Arc::from);
                    let agent = record.agent.as_deref().map(Arc::from);
                    SecurityEvent { session: Some(Arc::from(&*record.sid)), address, agent, ..event }
                });
            }
            Added::Barred | Added::Gone => return Err(barred()),
            Added::Full => {
                limited!(error, "no more sessions can be kept; raise `.capacity(…)`, or share them through a store");
                return Err(Denial::of(Reason::BackendUnavailable));
            }
        }
        self.cookie.give(&id, self.absolute).ok_or_else(|| Denial::of(Reason::IdentityUnfit))
    }

    /// The sessions of a subject that have not ended.
    pub(crate) async fn of_subject(
        &self,
        subject: &str,
        now: UnixTime,
    ) -> Result<Vec<(StoredSession, Record)>, Denial> {
        let stored = self.store.of_subject(self.seal.subject(subject)).get().await.map_err(unavailable)?;
        let opened = stored.into_iter().filter_map(|stored| self.open(stored));
        let mut live: Vec<_> = opened
            .filter(|(_, record)| &*record.subject == subject && !record.replaced && self.lasts(record, now))
            .collect();
        live.sort_by(|(_, one), (_, other)| (other.seen_at, &other.sid).cmp(&(one.seen_at, &one.sid)));
        Ok(live)
    }

    /// Ends this session; says whether it was there.
    pub(crate) async fn end_one(&self, key: SessionKey, subject: &str, sid: &str) -> Result<bool, Denial> {
        let was_there = self.store.remove(key).get().await.map_err(unavailable)?;
        if was_there {
            tracing::info!(subject = foreign(subject), session = sid, scheme = super::NAME, "signed out");
            let session = Some(Arc::from(sid));
            self.tell(EventName::SignedOut, subject, |event| SecurityEvent { session, ..event });
        }
        Ok(was_there)
    }

    /// Ends all sessions of a subject, and keeps those from beginning whose sign-in is under way.
    pub(crate) async fn end_all(&self, subject: &str, at: u64) -> Result<usize, Denial> {
        let ended = self.store.end_all(self.seal.subject(subject), at).get().await.map_err(unavailable)?;
        tracing::info!(subject = foreign(subject), ended, scheme = super::NAME, "signed out everywhere");
        self.tell(EventName::SignedOutEverywhere, subject, |event| SecurityEvent { count: Some(ended), ..event });
        Ok(ended)
    }

    /// Gives all sessions of a subject these roles, and from their next answer on another id.
    pub(crate) async fn set_roles(&self, subject: &str, roles: &[Box<str>], now: UnixTime) -> Result<usize, Denial> {
        let mut changed = 0;
        for _ in 0..TRIES {
            let has_others = |(_, record): &(StoredSession, Record)| record.roles.as_deref() != Some(roles);
            let others: Vec<_> = self.of_subject(subject, now).await?.into_iter().filter(has_others).collect();
            if others.is_empty() {
                break;
            }
            // One that moves to another id at this moment is met under that by the next look.
            for (stored, record) in others {
                changed += usize::from(self.set_roles_of(stored, record, roles).await?);
            }
        }
        tracing::info!(subject = foreign(subject), changed, scheme = super::NAME, "rights of sessions changed");
        self.tell(EventName::RightsChanged, subject, |event| SecurityEvent { count: Some(changed), ..event });
        Ok(changed)
    }

    /// Tells those who keep a record.
    fn tell(&self, name: EventName, subject: &str, more: impl FnOnce(SecurityEvent) -> SecurityEvent) {
        self.events.tell(|| {
            let event = SecurityEvent::new(name, &self.issuer);
            more(SecurityEvent { subject: Some(subject.into()), ..event })
        });
    }

    async fn set_roles_of(&self, stored: StoredSession, record: Record, roles: &[Box<str>]) -> Result<bool, Denial> {
        let (mut stored, mut record) = (stored, record);
        for _ in 0..TRIES {
            let changed = Record { roles: Some(roles.to_vec()), renews: true, ..record };
            let Some(next) = self.stored(stored.key, stored.version.saturating_add(1), &changed) else {
                return Err(Denial::of(Reason::IdentityUnfit));
            };
            if self.store.touch(next).get().await.map_err(unavailable)? {
                return Ok(true);
            }
            // Somebody else has changed it.
            let Some(found) = self.store.find(stored.key).get().await.map_err(unavailable)? else { return Ok(false) };
            match self.open(found) {
                Some((found, now)) if !now.replaced => (stored, record) = (found, now),
                // It goes on under another id, which belongs to nobody that was listed.
                _ => return Ok(false),
            }
        }
        Err(Denial::of(Reason::BackendUnavailable))
    }
}

/// Milliseconds since 1970.
pub(crate) fn milliseconds(clock: &dyn Clock) -> u64 {
    let since = clock.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn seconds(duration: Duration) -> UnixTime {
    UnixTime::try_from(duration.as_secs()).unwrap_or(UnixTime::MAX)
}

fn barred() -> Denial {
    Denial::forbidden("your sessions were ended while you signed in; sign in again")
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
