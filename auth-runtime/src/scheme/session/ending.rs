//! Ending sessions.

use std::sync::Arc;

use crate::denial::{Denial, Unavailable};
use crate::scheme::session::live::{LiveSessions, TRIES, milliseconds, unavailable};
use crate::scheme::session::record::{Record, Whose};
use crate::scheme::session::store::{SessionKey, StoredSession};
use crate::telemetry::{EventName, SecurityEvent, foreign};
use crate::time::Clock;

impl LiveSessions {
    /// This session, under whatever id it has now.
    pub(super) async fn under_any_id(&self, of: &Record) -> Result<Option<(StoredSession, Record)>, Unavailable> {
        let all = self.store.of_subject(self.seal.subject(of.whose())).get().await?;
        let mut open = all.into_iter().filter_map(|stored| self.open(stored));
        Ok(open.find(|(_, record)| record.sid == of.sid && !record.replaced))
    }

    /// Ends this session, for a reason that is not its user's will; says whether it was there.
    pub(crate) async fn end_one(
        &self,
        key: SessionKey,
        record: &Record,
        reason: Option<&'static str>,
    ) -> Result<bool, Denial> {
        let (whose, sid) = (record.whose(), &*record.sid);
        let (mut was_there, mut at) = (false, Some(key));
        for _ in 0..TRIES {
            let Some(key) = at else { break };
            was_there |= self.store.remove(key).get().await.map_err(unavailable)?;
            // Another request may have given it another id at this moment, under which it would go on.
            at = self.under_any_id(record).await.map_err(unavailable)?.map(|(stored, _)| stored.key());
        }
        if was_there {
            tracing::info!(subject = foreign(whose.subject), session = sid, scheme = super::NAME, reason, "signed out");
            let session = Some(Arc::from(sid));
            self.tell(EventName::SignedOut, whose, |event| SecurityEvent { session, reason, ..event });
        }
        Ok(was_there)
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
