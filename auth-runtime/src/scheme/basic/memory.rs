//! Passwords verified a moment ago, so that not every request pays for a hash.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use quick_cache::sync::Cache;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::principal::Principal;
use crate::shares::{KnownCallers, Presented};

/// Longest time a verified password is remembered.
pub(crate) const LIFETIME_MAX: Duration = Duration::from_secs(60);
/// How many are remembered.
const ENTRIES_MAX: usize = 4096;

/// Marks what a MAC is over, so that none stands for another.
#[derive(Clone, Copy)]
enum Purpose {
    Password = 1,
    User = 2,
}

/// A MAC under a key that never leaves this process. What it is over cannot be found by trying, and no caller can choose
/// one, so comparing it in ordinary time tells nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tag([u8; 32]);

#[derive(Clone)]
struct Remembered {
    principal: Principal,
    user: Tag,
    since: Instant,
}

/// The memory of one configuration. Never holds a password, only MACs; never leaves this process.
pub(crate) struct Memory {
    key: Option<Zeroizing<[u8; 32]>>,
    entries: Cache<Tag, Remembered>,
    /// Users who were good within the last hour.
    pub(super) known: KnownCallers,
    /// Counts the calls of `forget`: what was begun before one must not be remembered after it.
    generation: AtomicU64,
}

/// The memory's state when a verification began.
#[derive(Clone, Copy)]
pub(crate) struct Generation(u64);

impl Memory {
    /// An empty memory under a new random key.
    pub(crate) fn new() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let key = getrandom::fill(&mut *key).is_ok().then_some(key);
        Self { key, entries: Cache::new(ENTRIES_MAX), known: KnownCallers::default(), generation: AtomicU64::new(0) }
    }

    /// Whether the system gave a random key; without one nothing is remembered.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The tag of one password of one user in one state of the file.
    pub(crate) fn password(
        &self,
        configuration: Option<&str>,
        user: &str,
        stored_hash: Option<&str>,
        password: &str,
    ) -> Option<Tag> {
        self.tag(Purpose::Password, &[configuration, Some(user), stored_hash, Some(password)])
    }

    /// Each part is preceded by its length, so that no two lists of parts give the same input.
    fn tag(&self, purpose: Purpose, parts: &[Option<&str>]) -> Option<Tag> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&**self.key.as_ref()?).ok()?;
        mac.update(&[purpose as u8]);
        for part in parts {
            match part {
                Some(part) => {
                    mac.update(&[1]);
                    mac.update(&(part.len() as u64).to_le_bytes());
                    mac.update(part.as_bytes());
                }
                None => mac.update(&[0]),
            }
        }
        Some(Tag(mac.finalize().into_bytes().into()))
    }

    /// To be asked before a verification whose result is to be remembered.
    pub(crate) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::SeqCst))
    }

    /// Whom the password was verified to be, if that is no longer ago than `lifetime`.
    pub(crate) fn recall(&self, tag: Option<Tag>, lifetime: Duration, now: Instant) -> Option<Principal> {
        let tag = tag?;
        let remembered = self.entries.get(&tag)?;
        if now.saturating_duration_since(remembered.since) < lifetime.min(LIFETIME_MAX) {
            return Some(remembered.principal);
        }
        self.entries.remove(&tag);
        None
    }

    /// Remembers a verified password, unless something was forgotten since the verification began.
    pub(crate) fn remember(
        &self,
        tag: Option<Tag>,
        user: &str,
        principal: &Principal,
        began: Generation,
        now: Instant,
    ) {
        let (Some(tag), Some(user)) = (tag, self.tag(Purpose::User, &[Some(user)])) else { return };
        self.entries.insert(tag, Remembered { principal: principal.clone(), user, since: now });
        if self.generation.load(Ordering::SeqCst) != began.0 {
            self.entries.remove(&tag);
        }
    }

    /// Takes note of a user who was good, unless something was forgotten since the verification began.
    pub(super) fn succeeded(&self, user: &str, presented: Presented, began: Generation, now: Instant) {
        self.known.insert(presented, now);
        if self.generation.load(Ordering::SeqCst) != began.0 {
            self.known.forget(user);
        }
    }

    fn forget(&self, user: &str) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.known.forget(user);
        let user = self.tag(Purpose::User, &[Some(user)]);
        self.entries.retain(|_, remembered| Some(remembered.user) != user);
    }

    fn forget_all(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.known.forget_all();
        self.entries.clear();
    }
}

/// A hold on the passwords a configuration remembers, to forget them early.
///
/// Call it when a user is disabled or changes the password in a store of your own. Changes of an `htpasswd` file need no
/// call: what is remembered is bound to the stored hash.
#[derive(Clone)]
pub struct RememberedPasswords(pub(super) Arc<Memory>);

impl RememberedPasswords {
    /// Forgets the passwords of one user, by the name the user logs in with. Verifications that are under way now are
    /// not remembered.
    pub fn forget(&self, user: &str) {
        self.0.forget(user);
    }

    /// Forgets all.
    pub fn forget_all(&self) {
        self.0.forget_all();
    }
}

impl fmt::Debug for RememberedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RememberedPasswords").field("count", &self.0.entries.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn alice() -> Principal {
        Principal::builder("basic", "alice").build()
    }

    fn tag(memory: &Memory, user: &str) -> Option<Tag> {
        memory.password(None, user, Some("hash"), "password")
    }

    fn holding(users: &[&str], now: Instant) -> Memory {
        let memory = Memory::new();
        for user in users {
            memory.remember(tag(&memory, user), user, &alice(), memory.generation(), now);
        }
        memory
    }

    #[test]
    fn remembers_at_most_sixty_seconds() {
        let now = Instant::now();
        let memory = holding(&["alice"], now);
        let recall = |lifetime, after| memory.recall(tag(&memory, "alice"), Duration::from_secs(lifetime), now + after);
        assert!(recall(60, Duration::ZERO).is_some());
        assert!(recall(60, Duration::from_millis(59_999)).is_some());
        assert!(recall(10, Duration::from_secs(9)).is_some());
        assert!(recall(3600, LIFETIME_MAX).is_none());
        assert!(recall(60, Duration::ZERO).is_none(), "an expired entry is gone");
    }

    #[test]
    fn a_lifetime_of_zero_remembers_nothing() {
        let now = Instant::now();
        let memory = holding(&["alice"], now);
        assert!(memory.recall(tag(&memory, "alice"), Duration::ZERO, now).is_none());
    }

    #[test]
    fn every_part_counts_and_none_runs_into_the_next() {
        let memory = Memory::new();
        let tags: HashSet<_> = [
            (None, "user", Some("hash"), "password"),
            (Some(""), "user", Some("hash"), "password"),
            (Some("partner"), "user", Some("hash"), "password"),
            (None, "use", Some("rhash"), "password"),
            (None, "user", Some("hashp"), "assword"),
            (None, "userhash", Some(""), "password"),
            (None, "user", None, "password"),
            (None, "user", Some(""), "hashpassword"),
            (None, "user", Some("hash"), "Password"),
        ]
        .into_iter()
        .map(|(configuration, user, hash, password)| memory.password(configuration, user, hash, password).unwrap().0)
        .collect();
        assert_eq!(tags.len(), 9);
    }

    #[test]
    fn another_process_has_other_tags() {
        assert!(tag(&Memory::new(), "alice") != tag(&Memory::new(), "alice"));
    }

    #[test]
    fn forget_removes_one_user_only() {
        let now = Instant::now();
        let memory = holding(&["alice", "bob"], now);
        memory.forget("alice");
        assert!(memory.recall(tag(&memory, "alice"), LIFETIME_MAX, now).is_none());
        assert!(memory.recall(tag(&memory, "bob"), LIFETIME_MAX, now).is_some());
        memory.forget_all();
        assert!(memory.recall(tag(&memory, "bob"), LIFETIME_MAX, now).is_none());
    }

    #[test]
    fn what_began_before_forget_is_not_remembered_after_it() {
        let now = Instant::now();
        let memory = Memory::new();
        let began = memory.generation();
        memory.forget("alice");
        memory.remember(tag(&memory, "alice"), "alice", &alice(), began, now);
        assert!(memory.recall(tag(&memory, "alice"), LIFETIME_MAX, now).is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let now = Instant::now();
        let memory = Memory::new();
        for number in 0..3 * ENTRIES_MAX {
            let user = number.to_string();
            memory.remember(tag(&memory, &user), &user, &alice(), memory.generation(), now);
        }
        assert!(memory.entries.len() <= ENTRIES_MAX);
    }
}
