//! When a provider is asked: how long an answer holds, how soon to try again, how often a stranger may cause it.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap, HeaderValue};

use crate::http::cache_control;

/// How long an answer holds that does not say so.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// The wait after a first failure; doubled by each further one.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(16);

/// How long an answer holds: what its `Cache-Control` says (RFC 9111 section 5.2.2), within the bounds.
pub(crate) fn lifetime(headers: &HeaderMap, bounds: &RangeInclusive<Duration>) -> Duration {
    let said = cache_control::freshness(headers.get_all(CACHE_CONTROL).iter().map(HeaderValue::as_bytes));
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()?.trim().parse::<u64>().ok()).unwrap_or(0);
    let lifetime = said.map_or(LIFETIME, |seconds| Duration::from_secs(seconds.saturating_sub(age)));
    lifetime.clamp(*bounds.start(), *bounds.end())
}

/// When to ask again: at 80 % of the lifetime at the latest, up to a tenth sooner, so that many processes do not ask at
/// once.
pub(crate) fn refresh_in(lifetime: Duration) -> Duration {
    jittered(lifetime.mul_f64(0.8))
}

/// The longest that a provider may ask to be left alone.
const SAID_MAX: Duration = Duration::from_secs(10 * 60);

/// When to ask again after so many failures in a row, where the provider said (`Retry-After`) how long to wait, or did not.
pub(crate) fn retry_as_said(said: Option<Duration>, failures: u32) -> Duration {
    let soonest = retry_in(failures);
    said.map_or(soonest, |said| said.min(SAID_MAX).max(soonest))
}

/// When to ask again after so many failures in a row.
pub(crate) fn retry_in(failures: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    jittered(RETRY_FIRST.saturating_mul(doubled).min(RETRY_MAX))
}

fn jittered(duration: Duration) -> Duration {
    let random = f64::from(getrandom::u32().unwrap_or(0)) / f64::from(u32::MAX);
    duration.mul_f64(1.0 - random / 10.0)
}

/// Names that a provider was found not to know: so many at most, the oldest forgotten first. Hashes, for a name may be
/// long; two names of one hash do no harm, since a remembered one is merely asked for later.
#[derive(Debug)]
pub(crate) struct Unknown {
    key: RandomState,
    limit: usize,
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Unknown {
    pub(crate) fn new(limit: usize) -> Self {
        Self { key: RandomState::new(), limit, known: HashSet::new(), order: VecDeque::new() }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.known.contains(&self.key.hash_one(name))
    }

    pub(crate) fn insert(&mut self, name: &str) {
        let hash = self.key.hash_one(name);
        if self.known.insert(hash) {
            self.order.push_back(hash);
        }
        while self.order.len() > self.limit {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn said(values: &[&'static str], age: Option<&'static str>) -> u64 {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        age.map(|age| headers.insert(AGE, HeaderValue::from_static(age)));
        lifetime(&headers, &(60 * SECOND..=86_400 * SECOND)).as_secs()
    }

    #[test]
    fn cache_control_is_honoured_within_the_bounds() {
        assert_eq!(said(&[], None), 600);
        assert_eq!(said(&["public"], None), 600);
        assert_eq!(said(&["public, Max-Age=3600, must-revalidate"], None), 3600);
        assert_eq!(said(&["max-age=\"3600\""], None), 3600);
        assert_eq!(said(&["max-age=3600"], Some("600")), 3000);
        assert_eq!(said(&["max-age=3600"], Some("9999")), 60);
        assert_eq!(said(&["max-age=1"], None), 60);
        assert_eq!(said(&["max-age=0"], None), 60);
        assert_eq!(said(&["max-age=99999999"], None), 86_400);
        assert_eq!(said(&["max-age=99999999999999999999999"], None), 60);
        assert_eq!(said(&["max-age=-1"], None), 60);
        assert_eq!(said(&["max-age=3600", "max-age=120"], None), 120);
        assert_eq!(said(&["ext=\"a, no-store, max-age=1\", max-age=3600"], None), 3600, "within quotes it is not said");
        assert_eq!(said(&["ext=\"\\\", max-age=1\", max-age=3600"], None), 3600);
        assert_eq!(said(&["no-cache=\"set-cookie, etag\", max-age=3600"], None), 60);
        assert_eq!(said(&["max-age =3600", "max-agent=1, no-storage"], None), 3600);
        assert_eq!(said(&["no-store"], None), 60);
        assert_eq!(said(&["no-cache", "max-age=3600"], None), 60);
        assert_eq!(said(&["s-maxage=5"], None), 600, "for shared caches");
    }

    #[test]
    fn a_refresh_comes_at_four_fifths_of_the_lifetime_with_jitter() {
        let all: Vec<_> = (0..200).map(|_| refresh_in(1000 * SECOND)).collect();
        assert!(all.iter().all(|wait| (720 * SECOND..=800 * SECOND).contains(wait)));
        assert!(all.iter().collect::<HashSet<_>>().len() > 100, "they differ");
    }

    #[test]
    fn failures_are_tried_again_ever_later_up_to_a_limit() {
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 16), (40, 16), (u32::MAX, 16)] {
            let wait = retry_in(failures);
            assert!((seconds * SECOND).mul_f64(0.89) <= wait && wait <= seconds * SECOND, "{failures}: {wait:?}");
        }
    }

    #[test]
    fn a_provider_that_says_when_is_asked_then_within_bounds() {
        let seconds = Duration::from_secs;
        assert_eq!(retry_as_said(Some(seconds(90)), 1), seconds(90));
        assert_eq!(retry_as_said(Some(seconds(86_400)), 1), SAID_MAX);
        assert!(retry_as_said(Some(Duration::ZERO), 5) > seconds(14), "it failed five times");
        assert!(retry_as_said(None, 1) <= RETRY_FIRST);
    }

    #[test]
    fn unknown_names_are_bounded_and_forgotten() {
        let mut unknown = Unknown::new(100);
        (0..10_000).for_each(|number: u32| unknown.insert(&number.to_string()));
        (0..10).for_each(|_| unknown.insert("9999"));
        assert_eq!((unknown.known.len(), unknown.order.len()), (100, 100));
        assert!(unknown.contains("9999") && unknown.contains("9900") && !unknown.contains("9899"));
        unknown.clear();
        assert!(!unknown.contains("9999"));
    }
}
