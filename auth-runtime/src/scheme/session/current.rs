//! The session of a request.

use std::sync::Arc;

use actix_web::http::header::HeaderValue;

use crate::denial::{Reason, Unavailable};
use crate::principal::Principal;
use crate::scheme::Recheck;
use crate::scheme::session::form_proof::FormProof;
use crate::scheme::session::id::SessionId;
use crate::scheme::session::live::{LiveSessions, TRIES};
use crate::scheme::session::record::Record;
use crate::scheme::session::store::{Added, NewSession, SessionKey, StoreAnswer, StoredSession};
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// How often a session that is used is written down as seen, in seconds.
pub(super) const TOUCHED_EVERY: UnixTime = 60;

/// The session of a request, beyond what its principal says.
pub(crate) struct CurrentSession {
    sessions: Arc<LiveSessions>,
    id: SessionId,
    stored: StoredSession,
    record: Record,
}

impl CurrentSession {
    pub(super) fn new(sessions: Arc<LiveSessions>, id: SessionId, stored: StoredSession, record: Record) -> Self {
        Self { sessions, id, stored, record }
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    pub(crate) fn sessions(&self) -> &Arc<LiveSessions> {
        &self.sessions
    }

    pub(crate) fn key(&self) -> SessionKey {
        self.stored.key
    }

    /// When it ends however it is used, in seconds since 1970.
    pub(crate) fn ends_at(&self) -> UnixTime {
        self.sessions.end(&self.record)
    }

    /// What forms of its pages carry.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(crate) fn form_proof(&self) -> Result<FormProof, Unavailable> {
        FormProof::of(self.id.as_bytes())
    }

    /// Whether the next answer gives the browser another id.
    pub(super) fn renews(&self) -> bool {
        self.record.renews
    }

    /// Notes that its user was seen, now and then. Nobody waits for it: where it fails, the next request tries again.
    pub(super) fn touch(&self, now: UnixTime) {
        if now.saturating_sub(self.record.seen_at) < TOUCHED_EVERY {
            return;
        }
        let seen = Record { seen_at: now, ..self.record.clone() };
        let version = self.stored.version.saturating_add(1);
        let Some(next) = self.sessions.stored(self.stored.key, version, &seen) else { return };
        if let StoreAnswer::Pending(answer) = self.sessions.store.touch(next) {
            tokio::spawn(async move {
                if let Err(Unavailable { cause, .. }) = answer.await {
                    limited!(warn, cause = cause.map(foreign), "a session that is used could not be noted as such");
                }
            });
        }
    }

    /// Whether it goes on as it was when it was read, under the same id. This is no use of it.
    pub(super) fn recheck(self: &Arc<Self>, principal: &Principal, now: UnixTime) -> Recheck {
        match self.sessions.store.find(self.stored.key) {
            StoreAnswer::Ready(found) => Recheck::of(self.goes_on(found, principal, now)),
            StoreAnswer::Pending(answer) => {
                let (current, principal) = (Arc::clone(self), principal.clone());
                Recheck::Pending(Box::pin(async move { Ok(current.goes_on(answer.await?, &principal, now)) }))
            }
        }
    }

    fn goes_on(&self, found: Option<StoredSession>, principal: &Principal, now: UnixTime) -> bool {
        let found = found.and_then(|stored| self.sessions.open(stored));
        found.is_some_and(|(_, record)| {
            !record.replaced
                && record.roles == self.record.roles
                && self.sessions.lasts(&record, now)
                && self.sessions.standing(principal, &record, now).is_ok()
        })
    }

    /// Moves the session to another id. Nothing where somebody else has done so, or it has ended meanwhile.
    ///
    /// # Errors
    /// Where the store cannot tell.
    pub(super) async fn renew(&self, now: UnixTime) -> Result<Option<HeaderValue>, Unavailable> {
        let sessions = &self.sessions;
        let unfit = || Unavailable::of(Reason::IdentityUnfit);
        // It may have been noted as seen since it was read.
        let (mut version, mut known) = (self.stored.version, self.record.clone());
        for _ in 0..TRIES {
            let id = SessionId::random()?;
            let record = Record { renews: false, seen_at: now.max(known.seen_at), ..known };
            let session = sessions.stored(sessions.seal.key(&id), 1, &record).ok_or_else(unfit)?;
            let replaced = sessions.tombstone(self.stored.key, version.saturating_add(1), Some(&record), now);
            let replaced = Some(replaced.ok_or_else(unfit)?);
            let (began_at, most) = (record.began_at, sessions.most);
            // It takes the place of one, so that none needs to end for it.
            let new = NewSession { session, began_at, most, replaced, continues: true };
            match sessions.store.put(new).get().await? {
                Added::Kept { .. } => return Ok(sessions.cookie.give(&id, sessions.absolute)),
                Added::Full => return Err(Unavailable::backend().because("no more sessions can be kept")),
                Added::Barred => return Ok(None),
                Added::Gone => {}
            }
            let Some(found) = sessions.store.find(self.stored.key).get().await? else { return Ok(None) };
            match sessions.open(found) {
                Some((found, now)) if now.renews && now.roles == self.record.roles => {
                    (version, known) = (found.version, now);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}

debug_by_name!([] CurrentSession as "CurrentSession";);
