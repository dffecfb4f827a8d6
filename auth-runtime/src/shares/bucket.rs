//! The token bucket: so many at once, and then one each period.

use std::time::{Duration, Instant};

/// A bucket of rights to ask.
#[cfg(any(test, feature = "jwks", feature = "introspection"))]
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    /// When it is full, if nobody takes any more.
    full_at: Instant,
}

#[cfg(any(test, feature = "jwks", feature = "introspection"))]
impl Bucket {
    /// A full bucket of `burst`, into which one more comes each `period`.
    pub(crate) fn new(period: Duration, burst: u32, now: Instant) -> Self {
        Self { rate: Rate { period, burst }, full_at: now }
    }

    /// Takes one, if `spare` are left after it.
    pub(crate) fn take(&mut self, now: Instant, spare: u32) -> bool {
        self.rate.take(&mut self.full_at, now, spare).is_ok()
    }
}

/// How many a bucket holds, and how fast they come in. Where many buckets have one rate, each is no more than the time at which
/// it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// In which one comes in.
    pub(crate) period: Duration,
    pub(crate) burst: u32,
}

impl Rate {
    /// Takes one, if `spare` are left after it.
    ///
    /// # Errors
    /// In what time there is one to take.
    pub(crate) fn take(self, full_at: &mut Instant, now: Instant, spare: u32) -> Result<(), Duration> {
        let missing = full_at.saturating_duration_since(now) + self.period;
        match missing.saturating_sub(self.period * self.burst.saturating_sub(spare)) {
            Duration::ZERO => {
                *full_at = now + missing;
                Ok(())
            }
            wait => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_bucket_gives_a_burst_and_then_one_each_period() {
        let start = Instant::now();
        let mut bucket = Bucket::new(30 * SECOND, 2, start);
        assert!(bucket.take(start, 0) && bucket.take(start, 0) && !bucket.take(start, 0));
        assert!(!bucket.take(start + 29 * SECOND, 0));
        assert!(bucket.take(start + 30 * SECOND, 0) && !bucket.take(start + 31 * SECOND, 0));
        // Long quiet: two again, no more.
        let later = start + 3600 * SECOND;
        assert!(bucket.take(later, 0) && bucket.take(later, 0) && !bucket.take(later, 0));
        let taken = (0..3000).filter(|tenth| bucket.take(later + *tenth * SECOND / 10, 0)).count();
        assert_eq!(taken, 9, "in 300 s after the burst");
    }

    #[test]
    fn the_last_of_the_bucket_can_be_spared() {
        let start = Instant::now();
        let mut bucket = Bucket::new(30 * SECOND, 2, start);
        assert!(bucket.take(start, 1) && !bucket.take(start, 1) && !bucket.take(start + 29 * SECOND, 1));
        assert!(bucket.take(start, 0), "the spared one is there for another");
    }
}
