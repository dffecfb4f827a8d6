//! A store as an application writes one, in the plainest way there is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use auth_runtime::session::{Added, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey};

/// Everything under one lock.
#[derive(Clone, Default)]
pub(crate) struct Shelf(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    sessions: HashMap<SessionKey, StoredSession>,
    ended: HashMap<SubjectKey, u64>,
}

impl Shelf {
    /// All that is there, the earliest seen first.
    pub(crate) fn all(&self) -> Vec<StoredSession> {
        self.0.lock().unwrap().sessions.values().cloned().collect()
    }

    /// Puts this there, as whoever can write to a store.
    pub(crate) fn force(&self, session: StoredSession) {
        self.0.lock().unwrap().sessions.insert(session.key(), session);
    }
}

impl SessionStore for Shelf {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        StoreAnswer::Ready(self.0.lock().unwrap().sessions.get(&key).cloned())
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        let mut content = self.0.lock().unwrap();
        let subject = new.session().subject().unwrap();
        if !new.continues() && content.ended.get(&subject).is_some_and(|ended| *ended >= new.began_at()) {
            return StoreAnswer::Ready(Added::Barred);
        }
        if let Some(replaced) = new.replaced() {
            let known = content.sessions.get_mut(&replaced.key());
            if new.continues() && known.as_ref().is_none_or(|known| known.version() + 1 != replaced.version()) {
                return StoreAnswer::Ready(Added::Gone);
            }
            if let Some(known) = known {
                *known = replaced.clone();
            }
        }
        let mut of_subject: Vec<_> =
            content.sessions.values().filter(|session| session.subject() == Some(subject)).cloned().collect();
        of_subject.sort_by_key(StoredSession::seen_at);
        let ended = (of_subject.len() + 1).saturating_sub(new.most());
        for session in of_subject.into_iter().take(ended) {
            content.sessions.remove(&session.key());
        }
        content.sessions.insert(new.session().key(), new.session().clone());
        StoreAnswer::Ready(Added::Kept { ended })
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        let mut content = self.0.lock().unwrap();
        let known = content.sessions.get(&session.key());
        // It must look whether it belongs to somebody, too. That it does not is for the tests: the version alone must keep others away.
        let fits = known.is_some_and(|known| known.version() + 1 == session.version());
        if fits {
            content.sessions.insert(session.key(), session);
        }
        StoreAnswer::Ready(fits)
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        StoreAnswer::Ready(self.0.lock().unwrap().sessions.remove(&key).is_some())
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        let content = self.0.lock().unwrap();
        let of_subject = content.sessions.values().filter(|session| session.subject() == Some(subject));
        StoreAnswer::Ready(of_subject.cloned().collect())
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        let mut content = self.0.lock().unwrap();
        let ended = content.ended.entry(subject).or_default();
        *ended = at.max(*ended);
        StoreAnswer::Ready(())
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        let _ = self.bar(subject, at);
        let mut content = self.0.lock().unwrap();
        let before = content.sessions.len();
        content.sessions.retain(|_, session| session.subject() != Some(subject));
        StoreAnswer::Ready(before - content.sessions.len())
    }
}
