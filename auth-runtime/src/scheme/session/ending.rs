//! Ending sessions.

use std::sync::Arc;

#[cfg(feature = "login")]
use crate::denial::Reason;
use crate::denial::{Denial, Unavailable};
use crate::scheme::session::live::{LiveSessions, TRIES, is_just_replaced, milliseconds, unavailable};
use crate::scheme::session::record::{Record, Whose};
use crate::scheme::session::store::{SessionKey, StoredSession};
use crate::telemetry::{EventName, SecurityEvent, foreign};
use crate::time::{Clock, UnixTime};

/// What the id of a request stands for.
pub(super) enum Named {
    /// Nothing that is known any more.
    Nothing,
    /// This session, under whatever id it has now.
    Session(Box<(StoredSession, Record)>),
    /// A session in whose place a sign-in has just put another one. Who holds the id of that one is not known to whoever holds this.
    Replaced,
}

impl LiveSessions {
    /// What this key stands for, also where another request has given the session another id at this moment.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub(super) async fn named(&self, key: SessionKey, now: UnixTime) -> Result<Named, Unavailable> {
        let found = self.store.find(key).get().await?;
        Ok(match found.and_then(|stored| self.open(stored)) {
            Some((stored, record)) if !record.replaced => Named::Session(Box::new((stored, record))),
            Some((_, moved)) if !moved.sid.is_empty() => match self.under_any_id(&moved).await? {
                Some(session) => Named::Session(Box::new(session)),
                None => Named::Nothing,
            },
            Some((_, replaced)) if is_just_replaced(&replaced, now) => Named::Replaced,
            _ => Named::Nothing,
        })
    }

    /// This session, under whatever id it has now.
    pub(super) async fn under_any_id(&self, of: &Record) -> Result<Option<(StoredSession, Record)>, Unavailable> {
        let all = self.store.of_subject(self.seal.subject(of.whose())).get().await?;
        let mut open = all.into_iter().filter_map(|stored| self.open(stored));
        Ok(open.find(|(_, record)| record.sid == of.sid && !record.replaced))
    }

    /// Ends a session that is not there any more under the id that it had: another request may have given it another one at this moment,
    /// under which it would go on. Says whether one has.
    pub(super) async fn end_moved(&self, record: &Record) -> Result<bool, Denial> {
        let mut was_there = false;
        for _ in 0..TRIES {
            let Some((moved, _)) = self.under_any_id(record).await.map_err(unavailable)? else { break };
            was_there |= self.store.remove(moved.key()).get().await.map_err(unavailable)?;
        }
        Ok(was_there)
    }

    /// Ends this session, for a reason that is not its user's will; says whether it was there.
    pub(crate) async fn end_one(
        &self,
        key: SessionKey,
        record: &Record,
        reason: Option<&'static str>,
    ) -> Result<bool, Denial> {
        let mut was_there = self.store.remove(key).get().await.map_err(unavailable)?;
        was_there |= self.end_moved(record).await?;
        if was_there {
            self.tell_ended(record, reason);
        }
        Ok(was_there)
    }

    pub(super) fn tell_ended(&self, record: &Record, reason: Option<&'static str>) {
        let (whose, sid) = (record.whose(), &*record.sid);
        tracing::info!(subject = foreign(whose.subject), session = sid, scheme = super::NAME, reason, "signed out");
        let session = Some(Arc::from(sid));
        self.tell(EventName::SignedOut, whose, |event| SecurityEvent { session, reason, ..event });
    }

    /// The same because its user wants it: nobody is carried over into another one by what is left of old sessions.
    pub(crate) async fn sign_out(&self, key: SessionKey, record: &Record, clock: &dyn Clock) -> Result<bool, Denial> {
        // First: whoever is carried over meanwhile looks for it afterwards.
        let noted = self.leave_old(record.whose(), clock).await;
        let was_there = self.end_one(key, record, None).await?;
        if noted.is_err() {
            // A store that was full has room now.
            self.leave_old(record.whose(), clock).await?;
        }
        Ok(was_there)
    }

    /// Ends the session with this key, if it is one, because its user wants it; gives what it was.
    ///
    /// # Errors
    /// Where the store cannot be asked. A 401 where a sign-in has just put another one in its place: that goes on.
    #[cfg(feature = "login")]
    pub(crate) async fn end_named(&self, key: SessionKey, clock: &dyn Clock) -> Result<Option<Record>, Denial> {
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        match self.named(key, now).await.map_err(unavailable)? {
            Named::Session(session) => {
                let (stored, record) = *session;
                self.sign_out(stored.key(), &record, clock).await?;
                Ok(Some(record))
            }
            Named::Replaced => Err(Denial::of(Reason::SessionEnded)),
            Named::Nothing => Ok(None),
        }
    }

    /// Ends all sessions of a subject, and keeps those from beginning whose sign-in is under way.
    pub(crate) async fn end_all(&self, whose: Whose<'_>, clock: &dyn Clock) -> Result<usize, Denial> {
        let of = self.seal.subject(whose);
        let end = || self.store.end_all(of, milliseconds(clock)).get();
        let noted = self.leave_old(whose, clock).await;
        let mut ended = end().await.map_err(unavailable)?;
        if noted.is_err() {
            self.leave_old(whose, clock).await?;
            ended += end().await.map_err(unavailable)?;
        }
        tracing::info!(subject = foreign(whose.subject), ended, scheme = super::NAME, "signed out everywhere");
        self.tell(EventName::SignedOutEverywhere, whose, |event| SecurityEvent { count: Some(ended), ..event });
        Ok(ended)
    }

    /// Keeps sessions of a subject from beginning whose sign-in is under way.
    pub(crate) async fn bar(&self, whose: Whose<'_>, at: u64) -> Result<(), Denial> {
        self.store.bar(self.seal.subject(whose), at).get().await.map_err(unavailable)
    }
}
