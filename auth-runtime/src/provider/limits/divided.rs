//! What may be asked of a provider for strangers' sake, divided among them.

use std::time::{Duration, Instant};

use crate::provider::limits::bucket::Bucket;
use crate::shares::Share;

/// Shares told apart at a time; all others are one.
const SHARES_MAX: usize = 1024;

/// A bucket of which one share takes no more than it leaves to the next. Beyond that it may take what is more than half, so that
/// whoever is alone has what comes in.
#[derive(Debug)]
pub(crate) struct DividedBucket {
    bucket: Bucket,
    /// What may be taken in a window, in which it is refilled once.
    size: u32,
    window: Duration,
    /// When the window began.
    since: Instant,
    /// What each share took since.
    taken: Vec<(Share, u32)>,
    /// What all shares took that are more than are told apart.
    others: u32,
}

impl DividedBucket {
    /// A full bucket of `burst`, into which one more comes each `period`; all but `kept` is for whoever comes.
    pub(crate) fn new(period: Duration, burst: u32, kept: u32, now: Instant) -> Self {
        Self {
            bucket: Bucket::new(period, burst, now),
            size: burst - kept,
            window: period * burst,
            since: now,
            taken: Vec::new(),
            others: 0,
        }
    }

    /// Takes one for this share, if `spare` are left after it.
    pub(crate) fn take(&mut self, share: Share, now: Instant, spare: u32) -> bool {
        if now.saturating_duration_since(self.since) >= self.window {
            (self.since, self.others) = (now, 0);
            self.taken.clear();
        }
        let place = self.taken.iter().position(|(other, _)| *other == share);
        let is_told_apart = place.is_some() || self.taken.len() < SHARES_MAX;
        let shares = u32::try_from(self.taken.len()).unwrap_or(u32::MAX).saturating_add(u32::from(place.is_none()));
        let allowed = (self.size / shares.saturating_add(1)).max(1);
        let mut first = 0;
        let taken = match place.and_then(|place| self.taken.get_mut(place)) {
            Some((_, taken)) => taken,
            None if is_told_apart => &mut first,
            None => &mut self.others,
        };
        let spare = if *taken < allowed { spare } else { spare + self.size / 2 };
        if !self.bucket.take(now, spare) {
            return false;
        }
        *taken += 1;
        if first > 0 {
            self.taken.push((share, first));
        }
        true
    }

    /// What was taken was well spent, whoever took it.
    #[cfg(feature = "jwks")]
    pub(crate) fn forgive(&mut self) {
        self.taken.clear();
        self.others = 0;
    }

    /// Takes one that counts as nobody's.
    pub(crate) fn take_undivided(&mut self, now: Instant, spare: u32) -> bool {
        self.bucket.take(now, spare)
    }

    #[cfg(test)]
    pub(crate) fn told_apart(&self) -> usize {
        self.taken.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::peer::AddressShare;

    fn host(number: u32) -> Share {
        Share::of(AddressShare::of(Some((std::net::Ipv4Addr::from_bits(number), 1).into())), ())
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
}
