//! How many calls the endpoint may get: so many a second, so many at once. Both are divided among callers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::provider::limits::divided::DividedBucket;
use crate::shares::{Claimant, Share, Turn, Turns};

/// What part of a second's calls is for callers that are known: one in so many.
const KNOWN_PART: u32 = 4;
/// How many may wait for each place, in the queue of strangers and in that of callers that are known.
const WAITING_PER_PLACE: usize = 8;
/// Callers that are kept waiting at a time.
const BACKING_OFF_MAX: usize = 1024;

/// A bucket of calls, and places for calls under way.
pub(crate) struct Budget {
    calls: Mutex<Calls>,
    places: Arc<Turns>,
    flights: usize,
}

struct Calls {
    bucket: DividedBucket,
    /// Shares that the endpoint wants to hear less of, and until when.
    backing_off: Vec<(Share, Instant)>,
}

impl Budget {
    /// A second's calls may come at once. Whoever waits for a place waits at most so long.
    pub(crate) fn new(per_second: u32, at_once: usize, wait: Duration, now: Instant) -> Self {
        let per_second = per_second.max(1);
        let (period, kept) = (Duration::from_secs(1) / per_second, per_second / KNOWN_PART);
        let bucket = DividedBucket::new(period, per_second, kept, now);
        let places = Turns::new(at_once, at_once.saturating_mul(WAITING_PER_PLACE), wait);
        let flights = at_once.saturating_mul(2 * (1 + 2 * WAITING_PER_PLACE));
        Self { calls: Mutex::new(Calls { bucket, backing_off: Vec::new() }), places, flights }
    }

    /// How many may be on their way, with those that wait: twice as many as have a place or wait for one, so that who takes turns
    /// is told so by the queues.
    pub(crate) fn flights(&self) -> usize {
        self.flights
    }

    /// Takes one call out of the bucket, if there is one for this caller. Strangers leave a part to those who are known, and one
    /// share leaves as much as it has to the next.
    pub(crate) fn take(&self, claimant: Claimant, now: Instant) -> bool {
        let mut calls = self.calls();
        calls.backing_off.retain(|(_, until)| now < *until);
        let backs_off = calls.backing_off.iter().any(|(share, _)| *share == claimant.share());
        !backs_off && calls.bucket.take(claimant, now, 0)
    }

    /// The endpoint wants to hear less of this caller. Only strangers are kept waiting: it is they whose tokens are many.
    pub(crate) fn back_off(&self, claimant: Claimant, until: Instant) {
        let mut calls = self.calls();
        if !claimant.is_known() && calls.backing_off.len() < BACKING_OFF_MAX {
            calls.backing_off.push((claimant.share(), until));
        }
    }

    /// Waits for a place.
    pub(crate) async fn place(&self, claimant: Claimant) -> Option<Turn> {
        self.places.turn(claimant).await
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::peer::AddressShare;
    use crate::shares::{KnownCallers, Presented};

    const WAIT: Duration = Duration::from_secs(1);

    fn host(number: u32) -> Claimant {
        let address = AddressShare::of(Some((std::net::Ipv4Addr::from_bits(number), 1).into()));
        Claimant::stranger(Share::of(address, ()))
    }

    fn known(number: u32) -> Claimant {
        let (known, presented) = (KnownCallers::default(), Presented::new(number, (), AddressShare::Unknown));
        known.insert(presented, Instant::now());
        known.claimant(presented, Instant::now())
    }

    fn granted(budget: &Budget, claimant: Claimant, now: Instant) -> usize {
        (0..1000).filter(|_| budget.take(claimant, now)).count()
    }

    #[test]
    fn a_seconds_calls_may_come_at_once_and_then_as_they_are_refilled() {
        let now = Instant::now();
        let budget = Budget::new(4, 1, WAIT, now);
        let granted = |now| (0..100).filter(|number| budget.take(known(*number), now)).count();
        assert_eq!(granted(now), 4);
        assert_eq!(granted(now + Duration::from_millis(500)), 2);
        assert_eq!(granted(now + Duration::from_secs(3600)), 4, "never more than a second's");
        assert_eq!(granted(now), 0, "time that goes back fills nothing");
    }

    #[test]
    fn each_caller_leaves_as_much_to_the_next_and_all_strangers_a_part_to_those_who_are_known() {
        let now = Instant::now();
        let budget = Budget::new(200, 1, WAIT, now);
        assert_eq!(granted(&budget, host(1), now), 75, "half of what strangers may have");
        let (alone, later) = (Budget::new(200, 1, WAIT, now), now + Duration::from_millis(500));
        assert_eq!((granted(&alone, host(1), now), granted(&alone, host(1), later)), (75, 75), "as much as comes in");
        assert_eq!(granted(&budget, host(2), now), 50);
        assert_eq!(granted(&budget, host(3), now), 25);
        assert_eq!(granted(&budget, host(4), now), 0, "all of it is gone");
        assert_eq!(granted(&budget, known(1), now), 50);
        let later = now + Duration::from_secs(1);
        assert_eq!(granted(&budget, host(1), later), 75);
        assert_eq!(granted(&budget, host(4), later), 50);
        // And so do those who are known among each other.
        let budget = Budget::new(200, 1, WAIT, now);
        assert_eq!((granted(&budget, known(1), now), granted(&budget, known(2), now)), (100, 66));
    }

    #[test]
    fn one_call_a_second_is_one_for_whoever_comes_first() {
        let now = Instant::now();
        let budget = Budget::new(1, 1, WAIT, now);
        assert_eq!((granted(&budget, host(1), now), granted(&budget, host(2), now)), (1, 0));
    }

    #[test]
    fn whoever_is_to_back_off_is_let_alone_and_nobody_else() {
        let now = Instant::now();
        let budget = Budget::new(200, 1, WAIT, now);
        let (one, good) = (host(1), known(1));
        budget.back_off(one, now + Duration::from_secs(5));
        budget.back_off(good, now + Duration::from_secs(5));
        assert!(!budget.take(one, now) && budget.take(host(2), now) && budget.take(good, now));
        assert!(budget.take(one, now + Duration::from_secs(5)));
    }

    #[test]
    fn more_callers_than_are_told_apart_are_one() {
        let now = Instant::now();
        let budget = Budget::new(2048, 1, WAIT, now);
        let served = (0..5000).filter(|number| budget.take(host(*number), now)).count();
        let told_apart = budget.calls().bucket.told_apart();
        assert_eq!((told_apart, served), (1024, 1025), "the rest share what one has");
    }
}
