//! What is known of callers beyond their credentials, remembered for a while.

use std::collections::HashSet;
use std::hash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, Weighter};

use super::PrincipalKey;

/// What a usual entry weighs, in bytes.
const TYPICAL_BYTES: usize = 2048;

/// What all that can change the answer is hashed to.
pub(crate) type MemoryKey = [u8; 32];

/// What takes memory, by an estimate on the high side.
pub(crate) trait Weighed {
    /// In bytes, with what an entry costs.
    fn bytes(&self) -> usize;
}

/// Whom to forget.
pub(crate) enum Forgotten<'a> {
    Callers(&'a HashSet<PrincipalKey>),
    /// It is not known who is meant.
    #[cfg_attr(not(feature = "redis"), allow(dead_code))]
    Everybody,
}

impl Forgotten<'_> {
    fn includes(&self, who: &PrincipalKey) -> bool {
        match self {
            Self::Callers(callers) => callers.contains(who),
            Self::Everybody => true,
        }
    }
}

/// What can be told to forget callers.
pub(crate) trait Forgetful: Send + Sync {
    fn forget(&self, whom: &Forgotten<'_>);

    /// What is remembered counts only while all of these are current. Said once, before any request.
    fn heed(&self, news: &Arc<[Arc<dyn News>]>);
}

/// What tells this process whom other processes forget.
pub(crate) trait News: Send + Sync {
    /// Zero while this process knows whom others forgot a bound ago or earlier. Else the number of a span that is as long as the
    /// bound: what began in an earlier one is too old to be shared.
    fn lapse(&self, at: Instant) -> u64;
}

/// The memory's state when a load began: what is begun before something is forgotten counts no more after it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Generation {
    forgotten: u64,
    lapse: u64,
}

/// What is known of callers, for a while and bounded by its weight in bytes.
pub(crate) struct CallerMemory<V> {
    /// `None` where nothing is to be remembered.
    entries: Option<Cache<MemoryKey, Remembered<V>, Weight, RandomState>>,
    remember_for: Duration,
    /// How often something was forgotten.
    forgotten: AtomicU64,
    /// Nothing where no other process tells of any.
    news: OnceLock<Arc<[Arc<dyn News>]>>,
}

#[derive(Clone)]
struct Remembered<V> {
    known: V,
    who: PrincipalKey,
    since: Instant,
}

#[derive(Clone)]
struct Weight;

impl<V: Weighed> Weighter<MemoryKey, Remembered<V>> for Weight {
    fn weight(&self, _: &MemoryKey, remembered: &Remembered<V>) -> u64 {
        let who = remembered.who.issuer().len().saturating_add(remembered.who.subject().len());
        u64::try_from(remembered.known.bytes().saturating_add(who)).unwrap_or(u64::MAX)
    }
}

impl<V: Weighed + Clone> CallerMemory<V> {
    pub(crate) fn new(bytes: usize, remember_for: Duration) -> Self {
        let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(bytes / TYPICAL_BYTES)
            .weight_capacity(capacity)
            .shards(4)
            .build()
            .ok()
            .filter(|_| bytes > 0 && !remember_for.is_zero());
        let entries = options
            .map(|options| Cache::with_options(options, Weight, RandomState::new(), DefaultLifecycle::default()));
        Self { entries, remember_for, forgotten: AtomicU64::new(0), news: OnceLock::new() }
    }

    pub(crate) fn generation(&self, now: Instant) -> Generation {
        Generation { forgotten: self.forgotten.load(Ordering::SeqCst), lapse: self.lapse(now) }
    }

    fn lapse(&self, now: Instant) -> u64 {
        self.news.get().and_then(|news| news.iter().map(|news| news.lapse(now)).max()).unwrap_or(0)
    }

    /// What is known, if that is not too long ago.
    pub(crate) fn recall(&self, key: &MemoryKey, now: Instant) -> Option<V> {
        let remembered = self.entries.as_ref()?.get(key)?;
        let is_fresh = now.saturating_duration_since(remembered.since) < self.remember_for && self.lapse(now) == 0;
        is_fresh.then_some(remembered.known)
    }

    /// Remembers what was loaded, unless something was forgotten since that began.
    pub(crate) fn remember(&self, key: MemoryKey, who: &PrincipalKey, known: &V, began: Generation, now: Instant) {
        let Some(entries) = &self.entries else { return };
        if began.lapse != 0 || self.generation(now) != began {
            return;
        }
        entries.insert(key, Remembered { known: known.clone(), who: who.clone(), since: now });
        if self.generation(now) != began {
            entries.remove(&key);
        }
    }

    pub(crate) fn forget(&self, whom: &Forgotten<'_>) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        if let Some(entries) = &self.entries {
            entries.retain(|_, remembered| !whom.includes(&remembered.who));
        }
    }

    /// See [`Forgetful::heed`].
    pub(crate) fn heed(&self, news: &Arc<[Arc<dyn News>]>) {
        let _ = self.news.set(Arc::clone(news)); // said once
    }
}
