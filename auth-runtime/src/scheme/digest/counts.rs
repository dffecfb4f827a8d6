//! Which request counts (`nc`) each nonce was used with, so that no request counts twice.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::scheme::nonce::NonceId;

/// How many counts back from the highest are told apart. Requests of one nonce may overtake each other by as many.
pub(super) const WINDOW: u32 = u128::BITS;
/// Nonces of one user that are remembered.
pub(super) const USER_NONCES: usize = 256;
/// Nonces that are remembered in all.
const NONCES: usize = 16_384;

/// What a right response with this nonce and count is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// It was not seen before, and will not count again.
    First,
    /// It was seen before.
    Replayed,
    /// Whether it was seen is not known any more: the client must take a new nonce.
    Forgotten,
}

/// The counts of one configuration, in the memory of this process.
///
/// Only right responses come here, so strangers cannot fill it; a user that fills its own share loses its own oldest nonce.
/// When all is full, the oldest nonce of all goes. What is older than a nonce that went is forgotten with it: otherwise it
/// would seem new. So what is remembered is always younger than what went.
pub(super) struct Counts(Mutex<Memory>);

struct Memory {
    users: HashMap<Arc<str>, UserCounts>,
    /// All nonces that are remembered, the oldest first.
    ages: BTreeSet<(NonceId, Arc<str>)>,
    /// The youngest nonce that went.
    forgotten: Option<NonceId>,
    /// Whose nonces all these are: there is a new issuer when the clock was set back, and what the old one issued counts no
    /// more, since it would be young again.
    issuer: [u8; 8],
    user_nonces: usize,
    nonces: usize,
}

#[derive(Default)]
struct UserCounts {
    windows: BTreeMap<NonceId, Window>,
    /// The youngest nonce that went because this user had too many.
    forgotten: Option<NonceId>,
}

impl Counts {
    pub(super) fn new() -> Self {
        Self::of(USER_NONCES, NONCES)
    }

    fn of(user_nonces: usize, nonces: usize) -> Self {
        let (users, ages) = (HashMap::new(), BTreeSet::new());
        Self(Mutex::new(Memory { users, ages, forgotten: None, issuer: [0; 8], user_nonces, nonces }))
    }

    /// Counts a right response of this user. Nonces older than `lifetime` are not remembered, and must not come here.
    pub(super) fn count(&self, user: &str, nonce: NonceId, nc: u32, now: SystemTime, lifetime: Duration) -> Counted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count(user, nonce, nc, now, lifetime)
    }
}

impl Memory {
    fn count(&mut self, user: &str, nonce: NonceId, nc: u32, now: SystemTime, lifetime: Duration) -> Counted {
        match nonce.issuer().cmp(&self.issuer) {
            Ordering::Less => return Counted::Forgotten,
            Ordering::Equal => {}
            Ordering::Greater => {
                self.users.clear();
                self.ages.clear();
                (self.forgotten, self.issuer) = (None, nonce.issuer());
            }
        }
        if let Some(counts) = self.users.get_mut(user) {
            if let Some(window) = counts.windows.get_mut(&nonce) {
                return window.count(nc);
            }
            if counts.forgotten >= Some(nonce) {
                return Counted::Forgotten;
            }
        }
        if self.forgotten >= Some(nonce) {
            return Counted::Forgotten;
        }
        while self.ages.first().is_some_and(|(oldest, _)| oldest.age(now) > lifetime) {
            self.forget_first();
        }
        let user: Arc<str> = self.users.get_key_value(user).map_or_else(|| user.into(), |(name, _)| Arc::clone(name));
        if let Some(counts) = self.users.get_mut(&user).filter(|counts| counts.windows.len() >= self.user_nonces) {
            let Some(oldest) = counts.windows.first_entry().filter(|oldest| *oldest.key() < nonce) else {
                return Counted::Forgotten;
            };
            let (oldest, _) = oldest.remove_entry();
            counts.forgotten = Some(oldest);
            self.ages.remove(&(oldest, Arc::clone(&user)));
        }
        if self.ages.len() >= self.nonces {
            if self.ages.first().is_none_or(|(oldest, _)| *oldest > nonce) {
                return Counted::Forgotten;
            }
            self.forget_first();
        }
        let counts = self.users.entry(Arc::clone(&user)).or_default();
        counts.windows.insert(nonce, Window::new(nc));
        self.ages.insert((nonce, user));
        Counted::First
    }

    /// Takes the oldest nonce of all out. A user without nonces is forgotten too: what it lost is as old or older.
    fn forget_first(&mut self) {
        let Some((nonce, user)) = self.ages.pop_first() else { return };
        if let Some(counts) = self.users.get_mut(&user) {
            counts.windows.remove(&nonce);
            if counts.windows.is_empty() {
                self.users.remove(&user);
            }
        }
        // Also where it was too old: it would be young again if the clock were set back.
        self.forgotten = Some(nonce);
    }
}

/// The highest count, and which of those below it were seen.
#[derive(Clone, Copy, Debug)]
struct Window {
    highest: u32,
    /// Bit `n`: `highest - n` was seen.
    seen: u128,
}

impl Window {
    fn new(nc: u32) -> Self {
        Self { highest: nc, seen: 1 }
    }

    fn count(&mut self, nc: u32) -> Counted {
        if let Some(ahead @ 1..) = nc.checked_sub(self.highest) {
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = nc;
            return Counted::First;
        }
        let behind = self.highest - nc;
        if behind >= WINDOW {
            return Counted::Forgotten;
        }
        let bit = 1 << behind;
        if self.seen & bit != 0 {
            return Counted::Replayed;
        }
        self.seen |= bit;
        Counted::First
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(300);

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    fn nonce(second: u64) -> NonceId {
        NonceId::at(second * 1_000_000)
    }

    fn count(counts: &Counts, user: &str, second: u64, nc: u32) -> Counted {
        counts.count(user, nonce(second), nc, at(1000), LIFETIME)
    }

    fn size(counts: &Counts) -> (usize, usize) {
        let memory = counts.0.lock().unwrap();
        assert_eq!(memory.users.values().map(|counts| counts.windows.len()).sum::<usize>(), memory.ages.len());
        (memory.users.len(), memory.ages.len())
    }

    #[test]
    fn a_count_passes_once_with_gaps_and_out_of_order() {
        let counts = Counts::new();
        for nc in [1, 2, 5, 4, 3, 100, 99, 7] {
            assert_eq!(count(&counts, "alice", 900, nc), Counted::First, "{nc}");
        }
        for nc in [1, 2, 3, 4, 5, 7, 99, 100] {
            assert_eq!(count(&counts, "alice", 900, nc), Counted::Replayed, "{nc}");
        }
        assert_eq!(count(&counts, "alice", 901, 1), Counted::First, "another nonce counts anew");
        assert_eq!(count(&counts, "bob", 900, 1), Counted::First, "and another user");
    }

    #[test]
    fn what_is_below_the_window_is_forgotten() {
        let counts = Counts::new();
        assert_eq!(count(&counts, "alice", 900, 1000), Counted::First);
        assert_eq!(count(&counts, "alice", 900, 1000 - WINDOW + 1), Counted::First);
        assert_eq!(count(&counts, "alice", 900, 1000 - WINDOW), Counted::Forgotten);
        assert_eq!(count(&counts, "alice", 900, u32::MAX), Counted::First);
        assert_eq!(count(&counts, "alice", 900, 1000), Counted::Forgotten);
        assert_eq!(count(&counts, "alice", 900, u32::MAX), Counted::Replayed);
    }

    #[test]
    fn a_users_share_is_its_own_and_what_went_is_forgotten_with_all_before_it() {
        let counts = Counts::of(3, 100);
        assert_eq!(count(&counts, "bob", 801, 1), Counted::First);
        for second in 802..=805 {
            assert_eq!(count(&counts, "alice", second, 1), Counted::First);
        }
        assert_eq!(count(&counts, "alice", 802, 1), Counted::Forgotten, "it went");
        assert_eq!(count(&counts, "alice", 801, 1), Counted::Forgotten, "never seen, and older");
        assert_eq!(count(&counts, "alice", 803, 1), Counted::Replayed);
        assert_eq!(count(&counts, "bob", 801, 1), Counted::Replayed, "another user lost nothing");
        assert_eq!(count(&counts, "bob", 800, 1), Counted::First);
        assert_eq!(size(&counts), (2, 5));
    }

    #[test]
    fn when_all_is_full_the_oldest_goes_with_all_before_it() {
        let counts = Counts::of(2, 4);
        for (user, second) in [("a", 801), ("b", 802), ("c", 803), ("d", 804), ("e", 805)] {
            assert_eq!(count(&counts, user, second, 1), Counted::First);
        }
        assert_eq!(size(&counts), (4, 4));
        for user in ["a", "b", "z"] {
            assert_eq!(count(&counts, user, 801, 2), Counted::Forgotten, "{user}");
        }
        assert_eq!(count(&counts, "b", 802, 1), Counted::Replayed);
    }

    #[test]
    fn old_nonces_make_room_without_loss() {
        let counts = Counts::of(2, 4);
        for (user, second) in [("a", 100), ("b", 101), ("c", 102), ("d", 103)] {
            assert_eq!(counts.count(user, nonce(second), 1, at(103), LIFETIME), Counted::First);
        }
        assert_eq!(counts.count("a", nonce(900), 1, at(900), LIFETIME), Counted::First);
        assert_eq!(size(&counts), (1, 1));
        assert_eq!(counts.count("a", nonce(899), 1, at(900), LIFETIME), Counted::First);
        assert_eq!(counts.count("b", nonce(101), 1, at(102), LIFETIME), Counted::Forgotten, "the clock was set back");
    }

    #[test]
    fn what_was_issued_before_the_clock_was_set_back_never_counts_again() {
        let counts = Counts::of(2, 4);
        for second in [700, 701, 702, 900] {
            assert_eq!(count(&counts, "alice", second, 1), Counted::First);
        }
        let fresh = nonce(500).of_issuer(1);
        assert_eq!(counts.count("alice", fresh, 1, at(500), LIFETIME), Counted::First);
        assert_eq!(counts.count("alice", fresh, 1, at(500), LIFETIME), Counted::Replayed);
        for second in [500, 700, 702, 900, 901] {
            assert_eq!(count(&counts, "alice", second, 2), Counted::Forgotten);
        }
        assert_eq!(size(&counts), (1, 1));
    }

    #[test]
    fn a_flood_stays_in_its_bounds() {
        let counts = Counts::of(8, 64);
        for second in 0..10_000 {
            let user = (second % 50).to_string();
            counts.count(&user, NonceId::at(1_000_000_000 + second), 1, at(1000), LIFETIME);
        }
        let (users, nonces) = size(&counts);
        assert!(users <= 50 && nonces <= 64, "{users} {nonces}");
    }

    proptest! {
        /// Whatever is forgotten: nothing counts twice.
        #[test]
        fn nothing_ever_counts_twice(
            requests in proptest::collection::vec((0..4_u8, 0..12_u64, prop_oneof![1..6_u32, 1..400_u32]), 1..200)
        ) {
            let counts = Counts::of(3, 8);
            let mut accepted = HashSet::new();
            for (user, second, nc) in requests {
                if count(&counts, &user.to_string(), 800 + second, nc) == Counted::First {
                    prop_assert!(accepted.insert((user, second, nc)), "{user} {second} {nc}");
                }
            }
            let (_, nonces) = size(&counts);
            prop_assert!(nonces <= 8);
        }
    }
}
