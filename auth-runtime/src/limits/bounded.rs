//! What is counted of many callers, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How often those that are over are looked for.
const SWEPT_EVERY: Duration = Duration::from_secs(1);

/// A counter of each, by hashes under a key of this process, of at most `MOST`; all who come when there are so many share one of their
/// kind.
pub(super) struct Bounded<K, C, const MOST: usize> {
    told_apart: HashMap<u64, C>,
    newcomers: HashMap<K, C>,
    swept: Option<Instant>,
}

impl<K, C, const MOST: usize> Default for Bounded<K, C, MOST> {
    fn default() -> Self {
        Self { told_apart: HashMap::new(), newcomers: HashMap::new(), swept: None }
    }
}

impl<K: Eq + Hash, C, const MOST: usize> Bounded<K, C, MOST> {
    /// The counter of this one. One that is not over is never dropped: whoever could have it dropped would begin anew.
    pub(super) fn entry(
        &mut self,
        own: u64,
        kind: K,
        now: Instant,
        is_over: impl Fn(&C) -> bool,
        new: impl FnOnce() -> C,
    ) -> &mut C {
        if self.is_full() && !self.told_apart.contains_key(&own) {
            if self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEPT_EVERY) {
                self.swept = Some(now);
                self.told_apart.retain(|_, counter| !is_over(counter));
            }
            if self.is_full() {
                return self.newcomers.entry(kind).or_insert_with(new);
            }
        }
        self.told_apart.entry(own).or_insert_with(new)
    }

    /// The counter that one who comes now is counted by.
    pub(super) fn get(&self, own: u64, kind: &K) -> Option<&C> {
        self.told_apart.get(&own).or_else(|| self.newcomers.get(kind).filter(|_| self.is_full()))
    }

    /// The counter that somebody was counted by.
    pub(super) fn get_mut(&mut self, own: u64, kind: &K) -> Option<&mut C> {
        match self.told_apart.get_mut(&own) {
            Some(counter) => Some(counter),
            None => self.newcomers.get_mut(kind),
        }
    }

    /// Forgets a counter of one's own that counts nothing.
    pub(super) fn remove_if(&mut self, own: u64, counts_nothing: impl FnOnce(&C) -> bool) {
        if self.told_apart.get(&own).is_some_and(counts_nothing) {
            self.told_apart.remove(&own);
        }
    }

    /// How many are told apart.
    pub(super) fn len(&self) -> usize {
        self.told_apart.len()
    }

    fn is_full(&self) -> bool {
        self.len() >= MOST
    }
}
