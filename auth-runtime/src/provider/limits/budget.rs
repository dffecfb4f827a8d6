//! How many calls the endpoint may get: so many a second, so many at once. Both are divided among callers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::provider::limits::bucket::Bucket;
use crate::shares::{Claimant, Share, Turn, Turns};

/// What part of a second's calls is for callers that are known: one in so many.
const KNOWN_PART: u32 = 4;
/// How many may wait for each place, in the queue of strangers and in that of callers that are known.
const WAITING_PER_PLACE: usize = 8;
/// Over what the calls of one share are counted.
const WINDOW: Duration = Duration::from_secs(1);
/// Shares told apart in one window; all others are one.
const SHARES_MAX: usize = 1024;

/// A bucket of calls, and places for calls under way.
pub(crate) struct Budget {
    calls: Mutex<Calls>,
    per_second: u32,
    places: Arc<Turns>,
}

struct Calls {
    bucket: Bucket,
    /// When the window began.
    since: Instant,
    /// Calls of strangers in this window.
    taken: Vec<(Share, u32)>,
    /// All that are more than the window tells apart.
    others: u32,
    /// Shares that the endpoint wants to hear less of, and until when.
    backing_off: Vec<(Share, Instant)>,
}

impl Budget {
    /// A second's calls may come at once. Whoever waits for a place waits at most so long.
    pub(crate) fn new(per_second: u32, at_once: usize, wait: Duration, now: Instant) -> Self {
        let per_second = per_second.max(1);
        Self {
            calls: Mutex::new(Calls {
                bucket: Bucket::new(Duration::from_secs(1) / per_second, per_second, now),
                since: now,
                taken: Vec::new(),
                others: 0,
                backing_off: Vec::new(),
            }),
            per_second,
            places: Turns::new(at_once, at_once.saturating_mul(WAITING_PER_PLACE), wait),
        }
    }

    /// Takes one call out of the bucket, if there is one for this caller. Strangers leave a part to those who are known, and one
    /// share leaves as much as it has to the next.
    pub(crate) fn take(&self, claimant: Claimant, now: Instant) -> bool {
        let mut calls = self.calls();
        if claimant.is_known() {
            return calls.bucket.take(now, 0);
        }
        if now.saturating_duration_since(calls.since) >= WINDOW {
            (calls.since, calls.others) = (now, 0);
            calls.taken.clear();
        }
        let share = claimant.share();
        calls.backing_off.retain(|(_, until)| now < *until);
        if calls.backing_off.iter().any(|(other, _)| *other == share) {
            return false;
        }
        let known_part = self.per_second / KNOWN_PART;
        let place = calls.taken.iter().position(|(other, _)| *other == share);
        let shares = u32::try_from(calls.taken.len()).unwrap_or(u32::MAX).saturating_add(u32::from(place.is_none()));
        let allowed = ((self.per_second - known_part) / shares.saturating_add(1)).max(1);
        let taken = place.and_then(|place| calls.taken.get(place)).map(|(_, taken)| *taken);
        let taken = taken.unwrap_or(if calls.taken.len() < SHARES_MAX { 0 } else { calls.others });
        if taken >= allowed || !calls.bucket.take(now, known_part) {
            return false;
        }
        if let Some((_, taken)) = place.and_then(|place| calls.taken.get_mut(place)) {
            *taken += 1;
        } else if calls.taken.len() < SHARES_MAX {
            calls.taken.push((share, 1));
        } else {
            calls.others += 1;
        }
        true
    }

    /// The endpoint wants to hear less of this caller. Only strangers are kept waiting: it is they whose tokens are many.
    pub(crate) fn back_off(&self, claimant: Claimant, until: Instant) {
        let mut calls = self.calls();
        if !claimant.is_known() && calls.backing_off.len() < SHARES_MAX {
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
        Claimant::known(known.find(presented, Instant::now()).unwrap())
    }

    fn granted(budget: &Budget, claimant: Claimant, now: Instant) -> usize {
        (0..1000).filter(|_| budget.take(claimant, now)).count()
    }

    #[test]
    fn a_seconds_calls_may_come_at_once_and_then_as_they_are_refilled() {
        let now = Instant::now();
        let budget = Budget::new(4, 1, WAIT, now);
        let granted = |now| granted(&budget, known(1), now);
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
        assert_eq!(granted(&budget, host(2), now), 50);
        assert_eq!(granted(&budget, host(3), now), 25);
        assert_eq!(granted(&budget, host(4), now), 0, "all of it is gone");
        assert_eq!(granted(&budget, known(1), now), 50);
        let later = now + Duration::from_secs(1);
        assert_eq!(granted(&budget, host(1), later), 75);
        assert_eq!(granted(&budget, host(4), later), 50);
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
        let budget = Budget::new(100_000, 1, WAIT, now);
        let served = (0..5000).filter(|number| budget.take(host(*number), now)).count();
        let others = 75_000 / (SHARES_MAX + 2);
        assert_eq!(served, SHARES_MAX + others, "the rest share what one has");
        assert!(budget.take(host(0), now), "and take nothing from the others");
        assert_eq!(budget.calls().taken.len(), SHARES_MAX);
    }
}
