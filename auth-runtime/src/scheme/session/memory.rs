//! Sessions in the memory of this process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::scheme::session::store::{
    Added, BARRED_FOR, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey,
};
use crate::time::UnixTime;

/// Readers on different cores rarely meet. A power of two, and no more than a byte says.
const SHARDS: usize = 16;
/// Seconds between two looks for what has expired in a shard.
const SWEPT_EVERY: UnixTime = 60;

/// Sessions of one process. Reading takes a look into a table under a lock that is held for no longer; whatever changes which sessions
/// there are takes turns.
pub(crate) struct MemoryStore {
    shards: [RwLock<Shard>; SHARDS],
    subjects: Mutex<HashMap<SubjectKey, Subject>>,
    held: AtomicUsize,
    capacity: usize,
}

#[derive(Default)]
struct Shard {
    sessions: HashMap<SessionKey, StoredSession>,
    swept_at: UnixTime,
}

#[derive(Default)]
struct Subject {
    keys: Vec<SessionKey>,
    /// When all of its sessions ended last, in milliseconds.
    ended_at: u64,
}

type Subjects<'a> = MutexGuard<'a, HashMap<SubjectKey, Subject>>;

impl MemoryStore {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { shards: Default::default(), subjects: Mutex::default(), held: AtomicUsize::new(0), capacity }
    }

    fn shard(&self, key: SessionKey) -> &RwLock<Shard> {
        let [first, ..] = *key.as_bytes();
        let [shard, ..] = &self.shards;
        self.shards.get(usize::from(first) % SHARDS).unwrap_or(shard)
    }

    fn read(&self, key: SessionKey) -> RwLockReadGuard<'_, Shard> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, key: SessionKey) -> RwLockWriteGuard<'_, Shard> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    fn subjects(&self) -> Subjects<'_> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts this in its place, whatever is there.
    fn insert(&self, session: StoredSession, subjects: &mut Subjects<'_>) {
        let (key, subject) = (session.key, session.subject);
        let before = self.write(key).sessions.insert(key, session);
        match &before {
            Some(before) => disown(subjects, before),
            None => _ = self.held.fetch_add(1, Ordering::Relaxed),
        }
        if let Some(subject) = subject {
            subjects.entry(subject).or_default().keys.push(key);
        }
    }

    fn take(&self, key: SessionKey, subjects: &mut Subjects<'_>) -> bool {
        let Some(taken) = self.write(key).sessions.remove(&key) else { return false };
        self.held.fetch_sub(1, Ordering::Relaxed);
        disown(subjects, &taken);
        true
    }

    /// Forgets what has expired, in the shard of this key or in all.
    fn sweep(&self, now: UnixTime, shard: Option<SessionKey>, subjects: &mut Subjects<'_>) {
        let is_over = |session: &StoredSession| session.expires_at <= now;
        let chosen: Vec<&RwLock<Shard>> = match shard {
            Some(key) => vec![self.shard(key)],
            None => self.shards.iter().collect(),
        };
        for shard in chosen {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            if now.saturating_sub(shard.swept_at) < SWEPT_EVERY {
                continue;
            }
            shard.swept_at = now;
            let over: Vec<_> = shard.sessions.extract_if(|_, session| is_over(session)).collect();
            self.held.fetch_sub(over.len(), Ordering::Relaxed);
            over.iter().for_each(|(_, session)| disown(subjects, session));
        }
        let milliseconds = u64::try_from(now).unwrap_or(0).saturating_mul(1000);
        subjects.retain(|_, subject| !subject.keys.is_empty() || bars(subject, milliseconds));
    }
}

/// Whether the end of its sessions still matters.
fn bars(subject: &Subject, now: u64) -> bool {
    let lasts = u64::try_from(BARRED_FOR.as_millis()).unwrap_or(u64::MAX);
    subject.ended_at > 0 && now.saturating_sub(subject.ended_at) < lasts
}

fn bar<'a>(subjects: &'a mut Subjects<'_>, subject: SubjectKey, at: u64) -> &'a Subject {
    let entry = subjects.entry(subject).or_default();
    entry.ended_at = entry.ended_at.max(at);
    entry
}

fn disown(subjects: &mut Subjects<'_>, session: &StoredSession) {
    let Some(name) = session.subject else { return };
    if let Some(subject) = subjects.get_mut(&name) {
        subject.keys.retain(|key| *key != session.key);
        if subject.keys.is_empty() && subject.ended_at == 0 {
            subjects.remove(&name);
        }
    }
}

impl SessionStore for MemoryStore {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        StoreAnswer::Ready(self.read(key).sessions.get(&key).cloned())
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        let NewSession { session, began_at, most, replaced, continues } = new;
        let (key, now, Some(subject)) = (session.key, session.seen_at, session.subject) else {
            return StoreAnswer::Ready(Added::Gone);
        };
        let mut subjects = self.subjects();
        self.sweep(now, Some(key), &mut subjects);
        if !continues && subjects.get(&subject).is_some_and(|subject| subject.ended_at >= began_at) {
            return StoreAnswer::Ready(Added::Barred);
        }
        if continues {
            let is_there = replaced.as_ref().is_some_and(|replaced| {
                let shard = self.read(replaced.key);
                shard.sessions.get(&replaced.key).is_some_and(|known| known.version.wrapping_add(1) == replaced.version)
            });
            if !is_there {
                return StoreAnswer::Ready(Added::Gone);
            }
        }
        if self.held.load(Ordering::Relaxed) >= self.capacity {
            self.sweep(now, None, &mut subjects);
            if self.held.load(Ordering::Relaxed) >= self.capacity {
                return StoreAnswer::Ready(Added::Full);
            }
        }
        if let Some(replaced) = replaced {
            self.insert(replaced, &mut subjects);
        }
        let mut ended = 0;
        loop {
            let keys = subjects.get(&subject).map(|subject| subject.keys.as_slice()).unwrap_or_default();
            if keys.len() < most.max(1) {
                break;
            }
            let seen = |key: &SessionKey| self.read(*key).sessions.get(key).map(|session| session.seen_at);
            let Some(oldest) = keys.iter().copied().min_by_key(seen) else { break };
            if !self.take(oldest, &mut subjects) {
                break;
            }
            ended += 1;
        }
        self.insert(session, &mut subjects);
        StoreAnswer::Ready(Added::Kept { ended })
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        let mut shard = self.write(session.key);
        let known = shard.sessions.get_mut(&session.key);
        let is_read = |known: &&mut StoredSession| {
            known.subject.is_some() && known.version.wrapping_add(1) == session.version
        };
        StoreAnswer::Ready(match known.filter(is_read) {
            Some(known) => {
                *known = session;
                true
            }
            None => false,
        })
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        StoreAnswer::Ready(self.take(key, &mut self.subjects()))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        let subjects = self.subjects();
        let keys = subjects.get(&subject).map(|subject| subject.keys.as_slice()).unwrap_or_default();
        StoreAnswer::Ready(keys.iter().filter_map(|key| self.read(*key).sessions.get(key).cloned()).collect())
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        bar(&mut self.subjects(), subject, at);
        StoreAnswer::Ready(())
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        let mut subjects = self.subjects();
        let keys = bar(&mut subjects, subject, at).keys.clone();
        StoreAnswer::Ready(keys.into_iter().filter(|key| self.take(*key, &mut subjects)).count())
    }
}
