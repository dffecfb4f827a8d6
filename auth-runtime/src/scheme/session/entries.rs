//! What a store keeps beside sessions: that something was done, under a name of which nobody can tell what it stands for.

use crate::denial::{Denial, Reason};
use crate::scheme::session::id::random;
use crate::scheme::session::live::{LiveSessions, unavailable};
use crate::scheme::session::record::Record;
use crate::scheme::session::store::{Added, NewSession, SessionKey, StoredSession, SubjectKey};
use crate::time::UnixTime;

impl LiveSessions {
    /// The name of entries of this kind about these.
    pub(super) fn entries(&self, kind: &str, parts: &[&str]) -> SubjectKey {
        SubjectKey::from_bytes(self.seal.name(kind, parts))
    }

    /// Whether that was done, and is not forgotten yet. An entry counts whoever has written it: one that an older key has sealed must.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub(crate) async fn is_done(&self, kind: &str, parts: &[&str]) -> Result<bool, Denial> {
        let found = self.store.of_subject(self.entries(kind, parts)).get().await.map_err(unavailable)?;
        Ok(!found.is_empty())
    }

    /// Notes that it is done, until then at least; says whether it is for the first time. Of several who do it at once, one is the first:
    /// there is room for one entry of a name, and the store says whose room the next one takes.
    ///
    /// # Errors
    /// Where the store cannot be asked, or has no room.
    pub(crate) async fn do_once(
        &self,
        kind: &str,
        parts: &[&str],
        now: UnixTime,
        until: UnixTime,
    ) -> Result<bool, Denial> {
        let key = SessionKey::from_bytes(random().map_err(unavailable)?);
        let began_at = u64::try_from(now).unwrap_or(0).saturating_mul(1000);
        let entry = Record { created_at: now, began_at, seen_at: now, ..Record::default() };
        match self.enter(key, (self.entries(kind, parts), 1), entry, until).await? {
            Added::Kept { ended } => Ok(ended == 0),
            Added::Barred | Added::Gone | Added::Full => Err(Denial::of(Reason::BackendUnavailable)),
        }
    }

    /// Keeps an entry among so many of its name at most. Whatever it says, no id leads to it: a key is the hash of an id, and this one is not.
    pub(super) async fn enter(
        &self,
        key: SessionKey,
        (among, most): (SubjectKey, usize),
        entry: Record,
        until: UnixTime,
    ) -> Result<Added, Denial> {
        let (began_at, entry) = (entry.began_at, Record { replaced: true, ..entry });
        let content = self.seal.seal(key, &entry).ok_or_else(|| Denial::of(Reason::IdentityUnfit))?;
        let session = StoredSession::new(key, Some(among), 1, entry.seen_at, until, content);
        let new = NewSession { session, began_at, most, replaced: None, continues: false };
        let added = self.store.put(new).get().await.map_err(unavailable)?;
        if added == Added::Full { Err(Denial::of(Reason::BackendUnavailable)) } else { Ok(added) }
    }
}
