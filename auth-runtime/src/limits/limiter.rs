//! Counting the requests that a limit lets in.

use std::time::{Duration, Instant};

use super::ADDRESSES_OF_NETWORK;
use super::answer::Answer;
use super::counters::{BucketName, Buckets};
#[cfg(feature = "redis")]
use super::shared::SharedCounters;
use super::spent::Spent;
use crate::http::peer::AddressShare;
use crate::principal::PrincipalKey;
use crate::shares::{Rate, keyed};

/// What is counted, and how much of it is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counted {
    /// Whose limit it is: one name is one limit.
    pub(crate) of: &'static str,
    pub(crate) requests: u32,
    pub(crate) window: Duration,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    Caller(PrincipalKey),
    Address(AddressShare),
    /// The /48 that an address is in, of which one customer may have the whole.
    Network(u64),
}

/// One bucket that a request takes from.
#[derive(Debug)]
pub(super) struct Quota {
    pub(super) counted: Counted,
    pub(super) whose: Whose,
}

pub(crate) type Taken = Answer<Result<(), Spent>>;

/// Where requests are counted.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    memory: std::sync::Arc<Buckets>,
    #[cfg(feature = "redis")]
    shared: Option<SharedCounters>,
}

impl Limiter {
    #[cfg(feature = "redis")]
    pub(super) fn shared(shared: SharedCounters) -> Self {
        Self { shared: Some(shared), ..Self::default() }
    }

    /// Counts a request of this caller. Where nobody knows whose it is, it is not counted: all such callers would be one.
    pub(crate) fn take(&self, counted: Counted, whose: Whose) -> Taken {
        let quotas = quotas(counted, whose);
        #[cfg(feature = "redis")]
        if let Some(shared) = self.shared.clone().filter(|_| !quotas.is_empty()) {
            let memory = std::sync::Arc::clone(&self.memory);
            return Taken::Asked(Box::pin(async move {
                match shared.take(&quotas).await {
                    Some(taken) => taken,
                    None => take_here(&memory, &quotas, Instant::now()),
                }
            }));
        }
        Taken::Now(take_here(&self.memory, &quotas, Instant::now()))
    }
}

fn quotas(counted: Counted, whose: Whose) -> Vec<Quota> {
    let network = match whose {
        Whose::Address(address) if !address.is_told_apart() => return Vec::new(),
        Whose::Address(address) => address.network(),
        Whose::Caller(_) | Whose::Network(_) => None,
    };
    let network = network.map(|network| {
        let requests = counted.requests.saturating_mul(ADDRESSES_OF_NETWORK);
        Quota { counted: Counted { requests, ..counted }, whose: Whose::Network(network) }
    });
    // The wider one first: what it refuses takes no room among the others.
    network.into_iter().chain([Quota { counted, whose }]).collect()
}

fn take_here(memory: &Buckets, quotas: &[Quota], now: Instant) -> Result<(), Spent> {
    for (place, quota) in quotas.iter().enumerate() {
        if let Err(after) = memory.take(quota.name(), quota.rate(), now) {
            quotas.iter().take(place).for_each(|taken| memory.put_back(taken.name(), taken.rate()));
            return Err(quota.spent(after));
        }
    }
    Ok(())
}

impl Quota {
    /// So many at once, and as many in each window.
    pub(super) fn rate(&self) -> Rate {
        let Counted { requests, window, .. } = self.counted;
        // No shorter than what Redis counts in.
        Rate { period: (window / requests.max(1)).max(Duration::from_micros(1)), burst: requests }
    }

    pub(super) fn spent(&self, after: Duration) -> Spent {
        let Counted { requests: quota, window, .. } = self.counted;
        Spent { what: self.what(), quota, window, after }
    }

    pub(super) fn what(&self) -> &'static str {
        match self.whose {
            Whose::Caller(_) => "caller",
            Whose::Address(_) => "address",
            Whose::Network(_) => "network",
        }
    }

    fn name(&self) -> BucketName {
        BucketName { own: keyed((self.counted, &self.whose)), limit: keyed((self.counted, self.what())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Counted = Counted { of: "a", requests: 2, window: Duration::from_secs(60) };

    fn take(limiter: &Limiter, counted: Counted, whose: Whose) -> Option<Spent> {
        match limiter.take(counted, whose) {
            Taken::Now(taken) => taken.err(),
            Taken::Asked(_) => panic!("nobody else is there"),
        }
    }

    fn at(address: &str) -> Whose {
        Whose::Address(AddressShare::of_address(address.parse().unwrap()))
    }

    #[test]
    fn callers_addresses_and_limits_are_told_apart() {
        let limiter = Limiter::default();
        let alice = || Whose::Caller(PrincipalKey::new("https://idp.example", "alice"));
        let both = |counted, whose: Whose| [take(&limiter, counted, whose.clone()), take(&limiter, counted, whose)];
        for whose in [alice(), Whose::Caller(PrincipalKey::new("other", "alice")), at("192.0.2.1"), at("192.0.2.2")] {
            assert_eq!(both(LIMIT, whose), [None, None]);
        }
        let spent = take(&limiter, LIMIT, alice()).unwrap();
        assert_eq!((spent.what, spent.quota, spent.window), ("caller", 2, Duration::from_secs(60)));
        assert!(spent.after <= Duration::from_secs(30));
        assert_eq!(both(Counted { of: "b", ..LIMIT }, alice()), [None, None]);
        let headers: Vec<_> = Spent { after: Duration::from_millis(1500), ..spent }.headers();
        let text: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        let expected = ["retry-after: 2", "ratelimit-policy: \"caller\";q=2;w=60", "ratelimit: \"caller\";r=0;t=2"];
        assert_eq!(text, expected);
    }

    #[test]
    fn a_network_of_ipv6_has_as_much_as_four_addresses() {
        let limiter = Limiter::default();
        for host in 0..16 {
            let address = format!("2001:db8:1:{host:x}::1");
            assert_eq!(take(&limiter, LIMIT, at(&address)).is_none(), host < 8, "{host}");
        }
        assert_eq!(take(&limiter, LIMIT, at("2001:db8:1:f::1")).unwrap().what, "network");
        assert_eq!(take(&limiter, LIMIT, at("2001:db8:2::1")), None);
    }

    #[test]
    fn whom_nobody_can_tell_from_others_is_not_counted() {
        let limiter = Limiter::default();
        for share in [AddressShare::Unknown, AddressShare::UnlistedProxy] {
            assert!((0..100).all(|_| take(&limiter, LIMIT, Whose::Address(share)).is_none()));
        }
    }
}
