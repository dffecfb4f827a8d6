//! How many calls the endpoint may get: so many a second, so many at once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::provider::limits::bucket::Bucket;

/// A bucket of calls, and places for calls under way.
#[derive(Debug)]
pub(crate) struct Budget {
    bucket: Mutex<Bucket>,
    places: Semaphore,
}

impl Budget {
    /// A second's calls may come at once.
    pub(crate) fn new(per_second: u32, at_once: usize, now: Instant) -> Self {
        let per_second = per_second.max(1);
        Self {
            bucket: Mutex::new(Bucket::new(Duration::from_secs(1) / per_second, per_second, now)),
            places: Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)),
        }
    }

    /// Takes one call out of the bucket, if there is one.
    pub(crate) fn take(&self, now: Instant) -> bool {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now, 0)
    }

    /// Waits for a place; the caller bounds how long.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_calls_may_come_at_once_and_then_as_they_are_refilled() {
        let now = Instant::now();
        let budget = Budget::new(4, 1, now);
        let granted = |now| (0..100).filter(|_| budget.take(now)).count();
        assert_eq!(granted(now), 4);
        assert_eq!(granted(now + Duration::from_millis(500)), 2);
        assert_eq!(granted(now + Duration::from_secs(3600)), 4, "never more than a second's");
        assert_eq!(granted(now), 0, "time that goes back fills nothing");
    }
}
