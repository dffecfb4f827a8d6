//! Sessions in the memory of this process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::scheme::session::store::{
    Added, BARRED_FOR, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey,
};
use crate::time::UnixTime;

/// Readers on different cores rarely meet. A power of two, and no more than a byte says.
const SHARDS: usize = 16;
/// Seconds between two looks for what has expired in a shard, and among all subjects.
const SWEPT_EVERY: UnixTime = 60;

/// Sessions of one process. Reading takes a look into a table under a lock that is held for no longer; whatever changes them takes
/// turns.
pub(crate) struct MemoryStore {
    shards: [RwLock<Shard>; SHARDS],
    register: Mutex<Register>,
    capacity: usize,
}

#[derive(Default)]
struct Shard {
    sessions: HashMap<SessionKey, StoredSession>,
    swept_at: UnixTime,
}

/// Whose sessions there are, and how many.
#[derive(Default)]
struct Register {
    subjects: HashMap<SubjectKey, Subject>,
    held: usize,
    swept_at: UnixTime,
    /// What stays in the place of others, which belongs to nobody: the first that came first, and until when each stays. No more than there may
    /// be sessions: whoever signs in again and again has nothing forgotten but this.
    replaced: VecDeque<(SessionKey, UnixTime)>,
}

#[derive(Default)]
struct Subject {
    keys: Vec<SessionKey>,
    /// When all of its sessions ended last, in milliseconds.
    ended_at: u64,
}

impl MemoryStore {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { shards: Default::default(), register: Mutex::default(), capacity }
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

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts this in its place, whatever is there.
    fn insert(&self, session: StoredSession, register: &mut Register) {
        let (key, subject, expires_at) = (session.key, session.subject, session.expires_at);
        if let Some(before) = self.write(key).sessions.insert(key, session) {
            register.leave(&before);
        }
        match subject {
            Some(subject) => register.enter(subject, key),
            None => register.replaced.push_back((key, expires_at)),
        }
    }

    fn take(&self, key: SessionKey, register: &mut Register) -> bool {
        let taken = self.write(key).sessions.remove(&key);
        taken.inspect(|taken| register.leave(taken)).is_some()
    }

    /// Forgets what has expired: what was replaced, and sessions in the shard of this key or in all.
    fn sweep(&self, now: UnixTime, shard: Option<SessionKey>, register: &mut Register) {
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
            shard.sessions.extract_if(|_, session| is_over(session)).for_each(|(_, session)| register.leave(&session));
        }
        while let Some((key, until)) = register.next_forgotten(now, self.capacity) {
            let mut shard = self.write(key);
            // Another one may have come into the same place.
            if shard.sessions.get(&key).is_some_and(|known| known.subject.is_none() && known.expires_at <= until) {
                shard.sessions.remove(&key);
            }
        }
        if now.saturating_sub(register.swept_at) >= SWEPT_EVERY {
            register.swept_at = now;
            let milliseconds = u64::try_from(now).unwrap_or(0).saturating_mul(1000);
            register.subjects.retain(|_, subject| !subject.keys.is_empty() || subject.bars(milliseconds));
        }
    }
}

impl Subject {
    /// Whether the end of its sessions still matters.
    fn bars(&self, now: u64) -> bool {
        let lasts = u64::try_from(BARRED_FOR.as_millis()).unwrap_or(u64::MAX);
        self.ended_at > 0 && now.saturating_sub(self.ended_at) < lasts
    }
}

impl Register {
    fn keys(&self, subject: SubjectKey) -> &[SessionKey] {
        self.subjects.get(&subject).map(|subject| subject.keys.as_slice()).unwrap_or_default()
    }

    fn bar(&mut self, subject: SubjectKey, at: u64) {
        let entry = self.subjects.entry(subject).or_default();
        entry.ended_at = entry.ended_at.max(at);
    }

    fn enter(&mut self, subject: SubjectKey, key: SessionKey) {
        self.subjects.entry(subject).or_default().keys.push(key);
        self.held = self.held.saturating_add(1);
    }

    /// Forgets whose this was.
    fn leave(&mut self, session: &StoredSession) {
        let Some(name) = session.subject else { return };
        self.held = self.held.saturating_sub(1);
        if let Some(subject) = self.subjects.get_mut(&name) {
            subject.keys.retain(|key| *key != session.key);
            if subject.keys.is_empty() && subject.ended_at == 0 {
                self.subjects.remove(&name);
            }
        }
    }

    /// Of what was replaced the next that is to be forgotten, and until when it was to stay.
    fn next_forgotten(&mut self, now: UnixTime, most: usize) -> Option<(SessionKey, UnixTime)> {
        let is_too_many = self.replaced.len() > most;
        self.replaced.front().filter(|(_, until)| is_too_many || *until <= now)?;
        self.replaced.pop_front()
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
        let mut register = self.register();
        self.sweep(now, Some(key), &mut register);
        if !continues && register.subjects.get(&subject).is_some_and(|subject| subject.ended_at >= began_at) {
            return StoreAnswer::Ready(Added::Barred);
        }
        // What is there that is to be replaced: the version after its own, and whether it is a session.
        let there = replaced.as_ref().and_then(|by| {
            let shard = self.read(by.key);
            shard.sessions.get(&by.key).map(|there| (there.version.wrapping_add(1), there.subject.is_some()))
        });
        let is_read = |by: &StoredSession| there.is_some_and(|(next, _)| next == by.version);
        if continues && !replaced.as_ref().is_some_and(is_read) {
            return StoreAnswer::Ready(Added::Gone);
        }
        // What takes the place of a session needs no room.
        let needs_room = !there.is_some_and(|(_, is_session)| is_session);
        if needs_room && register.held >= self.capacity {
            self.sweep(now, None, &mut register);
            if register.held >= self.capacity {
                return StoreAnswer::Ready(Added::Full);
            }
        }
        if let Some(replaced) = replaced.filter(|_| there.is_some()) {
            self.insert(replaced, &mut register);
        }
        let mut ended = 0;
        loop {
            let keys = register.keys(subject);
            if keys.len() < most.max(1) {
                break;
            }
            let seen = |key: &SessionKey| self.read(*key).sessions.get(key).map(|session| session.seen_at);
            let Some(oldest) = keys.iter().copied().min_by_key(seen) else { break };
            if !self.take(oldest, &mut register) {
                break;
            }
            ended += 1;
        }
        self.insert(session, &mut register);
        StoreAnswer::Ready(Added::Kept { ended })
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        // Not between the two looks of whoever moves it to another id, which would lose what is written here.
        let _turn = self.register();
        let mut shard = self.write(session.key);
        let known = shard.sessions.get_mut(&session.key);
        let is_read =
            |known: &&mut StoredSession| known.subject.is_some() && known.version.wrapping_add(1) == session.version;
        StoreAnswer::Ready(match known.filter(is_read) {
            Some(known) => {
                *known = session;
                true
            }
            None => false,
        })
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        StoreAnswer::Ready(self.take(key, &mut self.register()))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        let register = self.register();
        let keys = register.keys(subject).iter();
        StoreAnswer::Ready(keys.filter_map(|key| self.read(*key).sessions.get(key).cloned()).collect())
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        self.register().bar(subject, at);
        StoreAnswer::Ready(())
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        let mut register = self.register();
        register.bar(subject, at);
        let keys = register.keys(subject).to_vec();
        StoreAnswer::Ready(keys.into_iter().filter(|key| self.take(*key, &mut register)).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = 1_780_000_000;

    fn stored(number: u8, subject: Option<u8>) -> StoredSession {
        let subject = subject.map(|subject| SubjectKey::from_bytes([subject; 32]));
        StoredSession::new(SessionKey::from_bytes([number; 32]), subject, 1, NOW, NOW + 3600, b"".as_slice())
    }

    #[test]
    fn of_a_change_and_a_move_of_the_same_version_one_is_made() {
        let store = MemoryStore::new(10);
        for _ in 0..2000 {
            let new = |number, replaced: Option<StoredSession>| {
                let (session, continues) = (stored(number, Some(1)), replaced.is_some());
                NewSession { session, began_at: 1, most: 1, replaced, continues }
            };
            let _ = store.put(new(1, None));
            let second = |subject| StoredSession { version: 2, ..stored(1, subject) };
            std::thread::scope(|scope| {
                let touched = scope.spawn(|| matches!(store.touch(second(Some(1))), StoreAnswer::Ready(true)));
                let moved = store.put(new(2, Some(second(None))));
                let is_moved = matches!(moved, StoreAnswer::Ready(Added::Kept { .. }));
                assert_ne!(touched.join().unwrap(), is_moved);
            });
        }
    }

    #[test]
    fn what_was_replaced_takes_no_more_room_than_sessions_may() {
        let store = MemoryStore::new(3);
        for number in 1..=100 {
            let replaced = Some(stored(number - 1, None));
            let session = stored(number, Some(1));
            let new = NewSession { session, began_at: 1, most: 10, replaced, continues: false };
            assert!(matches!(store.put(new), StoreAnswer::Ready(Added::Kept { ended: 0 })), "{number}");
        }
        let held: usize = store.shards.iter().map(|shard| shard.read().unwrap().sessions.len()).sum();
        // One is live, and one was put since it was last looked.
        assert_eq!(held, 1 + 3 + 1);
        assert!(matches!(store.find(SessionKey::from_bytes([99; 32])), StoreAnswer::Ready(Some(_))));
    }
}
