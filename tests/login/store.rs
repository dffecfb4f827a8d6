//! A store that several processes could share, and that can be away.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use auth_runtime::session::{Added, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey};

#[derive(Clone, Default)]
pub(crate) struct Shelf {
    kept: Arc<Mutex<Kept>>,
    away: Arc<AtomicBool>,
}

#[derive(Default)]
struct Kept {
    sessions: HashMap<SessionKey, StoredSession>,
    ended: HashMap<SubjectKey, u64>,
}

impl Shelf {
    pub(crate) fn is_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// All that it was given, as bytes.
    pub(crate) fn contents(&self) -> Vec<Vec<u8>> {
        self.kept.lock().unwrap().sessions.values().map(|session| session.content().to_vec()).collect()
    }

    fn with<T: Send + 'static>(&self, act: impl FnOnce(&mut Kept) -> T) -> StoreAnswer<T> {
        let answer =
            if self.away.load(Ordering::SeqCst) { Err("away") } else { Ok(act(&mut self.kept.lock().unwrap())) };
        StoreAnswer::pending(async move { answer })
    }
}

impl SessionStore for Shelf {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        self.with(|kept| kept.sessions.get(&key).cloned())
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        self.with(|kept| {
            let subject = new.session().subject().unwrap();
            if !new.continues() && kept.ended.get(&subject).is_some_and(|at| *at >= new.began_at()) {
                return Added::Barred;
            }
            if let Some(replaced) = new.replaced() {
                let known = kept.sessions.get_mut(&replaced.key());
                if new.continues() && known.as_ref().is_none_or(|known| known.version() + 1 != replaced.version()) {
                    return Added::Gone;
                }
                if let Some(known) = known {
                    *known = replaced.clone();
                }
            }
            let mut of: Vec<_> = kept.sessions.values().filter(|known| known.subject() == Some(subject)).collect();
            of.sort_by_key(|known| std::cmp::Reverse(known.seen_at()));
            let too_many: Vec<_> = of.iter().skip(new.most() - 1).map(|known| known.key()).collect();
            let ended = too_many.len();
            too_many.iter().for_each(|key| _ = kept.sessions.remove(key));
            kept.sessions.insert(new.session().key(), new.session().clone());
            Added::Kept { ended }
        })
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        self.with(|kept| {
            let is_read = |known: &StoredSession| known.subject().is_some() && known.version() + 1 == session.version();
            let is_next = kept.sessions.get(&session.key()).is_some_and(is_read);
            if is_next {
                kept.sessions.insert(session.key(), session);
            }
            is_next
        })
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        self.with(|kept| kept.sessions.remove(&key).is_some())
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        self.with(|kept| kept.sessions.values().filter(|known| known.subject() == Some(subject)).cloned().collect())
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        self.with(|kept| {
            let ended = kept.ended.entry(subject).or_default();
            *ended = at.max(*ended);
        })
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        let _ = self.bar(subject, at);
        self.with(|kept| {
            let before = kept.sessions.len();
            kept.sessions.retain(|_, known| known.subject() != Some(subject));
            before - kept.sessions.len()
        })
    }
}

#[test]
fn it_is_a_store() {
    actix_web::rt::System::new().block_on(auth_runtime::testing::assert_session_store(&Shelf::default()));
}
