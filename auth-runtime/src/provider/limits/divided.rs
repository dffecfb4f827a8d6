//! What may be asked of a provider for strangers' sake, divided among them.

use std::time::{Duration, Instant};

use crate::shares::{Bucket, Claimant, Share};

/// Shares told apart at a time; all others are one.
const SHARES_MAX: usize = 1024;

/// A bucket of which one share takes no more than it leaves to the next, and as much of what comes in as the others that ask.
/// Beyond that it may take what is more than half, so that whoever is alone has all that comes in. Callers that are known may take
/// all of it, strangers leave them a part.
#[derive(Debug)]
pub(crate) struct DividedBucket {
    bucket: Bucket,
    period: Duration,
    burst: u32,
    /// What of it strangers leave.
    kept: u32,
    strangers: Takings,
    known: Takings,
}

/// What shares took and what came in for them since, each in the time in which one alone has it back.
#[derive(Debug)]
struct Takings {
    each: Vec<(Share, Duration)>,
    /// Of all shares that are more than are told apart.
    others: Duration,
    as_of: Instant,
}

impl DividedBucket {
    /// A full bucket of `burst`, into which one more comes each `period`. Where callers are known, `kept` is for them.
    pub(crate) fn new(period: Duration, burst: u32, kept: u32, now: Instant) -> Self {
        let bucket = Bucket::new(period, burst, now);
        Self { bucket, period, burst, kept, strangers: Takings::new(now), known: Takings::new(now) }
    }

    /// Takes one for this caller, if at least `spare` are left after it.
    pub(crate) fn take(&mut self, claimant: Claimant, now: Instant, spare: u32) -> bool {
        let kept = if claimant.leaves_reserve() { self.kept } else { 0 };
        let (size, spare) = (self.burst - kept, spare.max(kept));
        let takings = if claimant.is_known() { &mut self.known } else { &mut self.strangers };
        takings.repay(now);
        let (taken, shares) = takings.of(claimant.share());
        let allowed = self.period.max(self.period * size / (shares + 1));
        let spare = if taken + self.period <= allowed { spare } else { spare + size / 2 };
        let took = self.bucket.take(now, spare);
        if took {
            takings.add(claimant.share(), self.period);
        }
        took
    }

    /// Takes one that counts as nobody's.
    #[cfg(feature = "jwks")]
    pub(crate) fn take_undivided(&mut self, now: Instant, spare: u32) -> bool {
        self.bucket.take(now, spare)
    }

    /// What was taken was well spent, whoever took it.
    #[cfg(feature = "jwks")]
    pub(crate) fn forgive(&mut self, now: Instant) {
        (self.strangers, self.known) = (Takings::new(now), Takings::new(now));
    }

    #[cfg(test)]
    pub(crate) fn told_apart(&self) -> usize {
        self.strangers.each.len()
    }
}

impl Takings {
    fn new(now: Instant) -> Self {
        Self { each: Vec::new(), others: Duration::ZERO, as_of: now }
    }

    /// What came in since is for all shares alike, and for one more where there is one only.
    fn repay(&mut self, now: Instant) {
        let came_in = now.saturating_duration_since(self.as_of) / count(self.each.len()).max(2);
        self.as_of = self.as_of.max(now);
        self.others = self.others.saturating_sub(came_in);
        self.each.retain_mut(|(_, taken)| {
            *taken = taken.saturating_sub(came_in);
            !taken.is_zero()
        });
    }

    /// What this share took, and how many there are with it.
    fn of(&self, share: Share) -> (Duration, u32) {
        let place = self.each.iter().find(|(other, _)| *other == share);
        let is_more = place.is_none() && self.each.len() < SHARES_MAX;
        let none = if is_more { Duration::ZERO } else { self.others };
        (place.map_or(none, |(_, taken)| *taken), count(self.each.len()).saturating_add(is_more.into()))
    }

    fn add(&mut self, share: Share, more: Duration) {
        let is_full = self.each.len() >= SHARES_MAX;
        match self.each.iter_mut().find(|(other, _)| *other == share) {
            Some((_, taken)) => *taken += more,
            None if is_full => self.others += more,
            None => self.each.push((share, more)),
        }
    }
}

fn count(shares: usize) -> u32 {
    u32::try_from(shares).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::peer::AddressShare;
    use crate::shares::{KnownCallers, Presented};

    fn host(number: u32) -> Claimant {
        Claimant::stranger(Share::of(AddressShare::of(Some((std::net::Ipv4Addr::from_bits(number), 1).into())), ()))
    }

    #[test]
    fn one_share_leaves_as_much_as_it_takes() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut bucket = DividedBucket::new(30 * second, 2, 0, start);
        assert!(bucket.take(host(1), start, 0) && !bucket.take(host(1), start, 0));
        assert!(bucket.take(host(2), start, 0) && !bucket.take(host(3), start, 0), "both are gone");
        // A flood of one host, and somebody who comes now and then.
        for minute in 1..100 {
            let now = start + 60 * minute * second;
            let flood = (0..100).filter(|_| bucket.take(host(1), now, 0)).count();
            assert_eq!(flood, 1);
            assert!(bucket.take(host(2), now, 0));
        }
        // Alone it has what comes in, and leaves the last one.
        let quarter = |quarter: u32| start + 15 * (1000 + quarter) * second;
        let alone = (0..40).filter(|number| bucket.take(host(1), quarter(*number), 0)).count();
        assert!((19..=21).contains(&alone), "{alone} in ten minutes");
        assert!(bucket.take(host(2), quarter(39), 0));
    }

    #[test]
    fn a_newcomer_finds_its_part_however_long_others_have_flooded() {
        let (start, step) = (Instant::now(), Duration::from_millis(5));
        let mut bucket = DividedBucket::new(Duration::from_millis(100), 50, 12, start);
        let (mut taken, mut refused) = (0, 0);
        for number in 0..6000 {
            let now = start + step * number;
            taken += (0..4).filter(|flood| bucket.take(host(*flood), now, 0)).count();
            // Once a second, and never at the same time of it.
            if number % 201 == 200 {
                refused += usize::from(!bucket.take(host(100), now, 0));
            }
        }
        assert_eq!(refused, 0);
        assert!(taken > 250, "{taken} of 300 that came in");
    }

    #[test]
    fn strangers_leave_a_part_to_those_who_are_known_who_leave_as_much_to_each_other() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut bucket = DividedBucket::new(30 * second, 2, 1, start);
        let known = |number| Claimant::known(Share::Credential(number));
        for round in 0..100 {
            let now = start + 120 * round * second;
            assert_eq!((0..100).filter(|number| bucket.take(host(*number), now, 0)).count(), 1);
            assert_eq!((0..100).filter(|_| bucket.take(known(1), now, 0)).count(), 1);
            // What comes in is for those who are known, too.
            let later = now + 30 * second;
            assert_eq!((0..100).filter(|number| bucket.take(host(*number), later, 0)).count(), 0);
            assert!(!bucket.take(known(1), later, 0) && bucket.take(known(2), later, 0));
        }
        let mut bucket = DividedBucket::new(30 * second, 2, 1, start);
        assert!(bucket.take(known(1), start, 0) && !bucket.take(known(1), start, 0) && bucket.take(known(2), start, 0));
        // While nobody is known, nothing is kept.
        let mut bucket = DividedBucket::new(30 * second, 2, 1, start);
        let stranger =
            |number| KnownCallers::default().claimant(Presented::new(number, (), AddressShare::Unknown), start);
        assert!(bucket.take(stranger(1), start, 0) && bucket.take(stranger(2), start, 0));
    }
}
