//! Buckets of many callers in the memory of this process.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bounded::Bounded;
use crate::shares::Rate;

/// Buckets told apart in each part; all others of one limit are one.
const BUCKETS_MAX: usize = 8192;
/// Parts, each under a lock of its own.
const PARTS: usize = 8;

/// Buckets by their names, each the time at which it is full; those of newcomers by limit.
#[derive(Default)]
pub(crate) struct Buckets([Mutex<Part>; PARTS]);

type Part = Bounded<u64, Instant, BUCKETS_MAX>;

debug_by_name!([] Buckets as "Buckets";);

/// A bucket, and what it is among the newcomers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BucketName {
    pub(crate) own: u64,
    pub(crate) limit: u64,
}

impl Buckets {
    /// Takes one out of this bucket.
    ///
    /// # Errors
    /// In what time there is one to take.
    pub(crate) fn take(&self, name: BucketName, rate: Rate, now: Instant) -> Result<(), Duration> {
        let mut part = self.part(name);
        rate.take(part.entry(name.own, name.limit, now, |full_at| *full_at <= now, || now), now, 0)
    }

    /// Puts back what was taken a moment ago.
    pub(crate) fn put_back(&self, name: BucketName, rate: Rate) {
        let mut part = self.part(name);
        let Some(bucket) = part.get_mut(name.own, &name.limit) else { return };
        *bucket = bucket.checked_sub(rate.period).unwrap_or(*bucket);
    }

    fn part(&self, name: BucketName) -> MutexGuard<'_, Part> {
        let [first, ..] = &self.0;
        let part = self.0.get(name.own as usize % PARTS).unwrap_or(first);
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const RATE: Rate = Rate { period: SECOND, burst: 2 };

    fn name(own: u64) -> BucketName {
        BucketName { own, limit: 0 }
    }

    #[test]
    fn each_caller_has_a_bucket() {
        let (buckets, now) = (Buckets::default(), Instant::now());
        let take = |own| buckets.take(name(own), RATE, now);
        assert_eq!((take(1), take(1), take(1)), (Ok(()), Ok(()), Err(SECOND)));
        assert_eq!((take(2), take(2)), (Ok(()), Ok(())));
        buckets.put_back(name(1), RATE);
        assert_eq!((take(1), take(1)), (Ok(()), Err(SECOND)));
        assert_eq!(buckets.take(name(1), RATE, now + SECOND / 2), Err(SECOND / 2));
        assert_eq!(buckets.take(name(1), RATE, now + SECOND), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_no_flood_fills_the_bucket_of_another() {
        let (buckets, now) = (Buckets::default(), Instant::now());
        assert!(buckets.take(name(0), RATE, now).is_ok() && buckets.take(name(0), RATE, now).is_ok());
        let passed = (1..200_000).filter(|own| buckets.take(name(*own), RATE, now).is_ok()).count();
        assert!(passed <= PARTS * (BUCKETS_MAX + 2), "newcomers share a bucket: {passed}");
        assert!(buckets.0.iter().all(|part| part.lock().unwrap().len() <= BUCKETS_MAX));
        assert_eq!(buckets.take(name(0), RATE, now), Err(SECOND), "it was not forgotten");
        // When they are full again, they make room.
        let later = now + 3 * SECOND;
        let passed = (1..10_000).filter(|own| buckets.take(name(1_000_000 + *own), RATE, later).is_ok()).count();
        assert_eq!(passed, 9_999);
    }
}
