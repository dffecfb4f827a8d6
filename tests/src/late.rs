//! A store of sessions that is slow to write what requests have read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_runtime::session::{Added, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey};
use tokio::sync::RwLock;

use crate::await_that;

const PATIENCE: Duration = Duration::from_secs(10);

/// Another store, whose changes of what is there can be held back until something else has happened.
#[derive(Clone)]
pub struct Late {
    store: Arc<dyn SessionStore>,
    gate: Arc<RwLock<()>>,
    /// How many changes are under way.
    under_way: Arc<AtomicUsize>,
}

impl Late {
    /// Nothing is held back yet.
    pub fn of(store: impl SessionStore) -> Self {
        Self { store: Arc::new(store), gate: Arc::default(), under_way: Arc::default() }
    }

    /// Holds back each change that comes while this runs, and returns when all were made.
    pub fn hold_back(&self, meanwhile: impl FnOnce()) {
        let closed = self.gate.try_write().expect("nothing is written now");
        meanwhile();
        assert!(self.is_writing(), "nothing was held back");
        drop(closed);
        await_that("all changes are made", PATIENCE, || !self.is_writing());
    }

    fn is_writing(&self) -> bool {
        self.under_way.load(Ordering::SeqCst) > 0
    }

    /// Waits until a change is held back.
    pub fn await_one(&self) {
        await_that("a change is held back", PATIENCE, || self.is_writing());
    }
}

impl SessionStore for Late {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        self.store.find(key)
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        self.store.put(new)
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        let Self { store, gate, under_way } = self.clone();
        under_way.fetch_add(1, Ordering::SeqCst);
        StoreAnswer::pending(async move {
            let open = gate.read().await;
            let touched = match store.touch(session) {
                StoreAnswer::Pending(answer) => answer.await.map_err(|error| format!("{error:?}")),
                StoreAnswer::Ready(touched) => Ok(touched),
                other => Err(format!("{other:?}")),
            };
            drop(open);
            under_way.fetch_sub(1, Ordering::SeqCst);
            touched
        })
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        self.store.remove(key)
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        self.store.of_subject(subject)
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        self.store.bar(subject, at)
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        self.store.end_all(subject, at)
    }
}
