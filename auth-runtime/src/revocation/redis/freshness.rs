//! How old this process's knowledge is, by the monotonic clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When this process last proved that it knows everything stored in Redis.
pub(super) struct Freshness {
    started: Instant,
    /// Nanoseconds after `started`, and one; zero before the first proof.
    proven: AtomicU64,
}

impl Freshness {
    pub(super) fn new(started: Instant) -> Self {
        Self { started, proven: AtomicU64::new(0) }
    }

    /// Everything that was stored at `asked` is in the view now. Call it after the view was changed.
    pub(super) fn prove(&self, asked: Instant) {
        let after = asked.saturating_duration_since(self.started).as_nanos();
        let after = u64::try_from(after).unwrap_or(u64::MAX - 1).saturating_add(1);
        self.proven.fetch_max(after, Ordering::Release);
    }

    /// How long ago the process began to watch.
    pub(super) fn watched_for(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.started)
    }

    /// How long ago the proof was; `None` before the first.
    pub(super) fn age(&self, at: Instant) -> Option<Duration> {
        let after = self.proven.load(Ordering::Acquire).checked_sub(1)?;
        Some(at.saturating_duration_since(self.started).saturating_sub(Duration::from_nanos(after)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_proven_before_the_first_proof() {
        let start = Instant::now();
        let freshness = Freshness::new(start);
        assert_eq!(freshness.age(start + Duration::from_secs(9)), None);
        freshness.prove(start);
        assert_eq!(freshness.age(start), Some(Duration::ZERO));
    }

    #[test]
    fn knowledge_ages_from_when_it_was_asked_for_and_never_grows_older_by_a_late_answer() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let freshness = Freshness::new(start);
        freshness.prove(start + 2 * second);
        freshness.prove(start + second);
        assert_eq!(freshness.age(start + 5 * second), Some(3 * second));
    }
}
