//! How many wrong credentials there were of late, by whom and from where.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::limits::ADDRESSES_OF_NETWORK;
use crate::limits::bounded::Bounded;
use crate::limits::spent::Spent;

/// Counters at a time; all who come when there are so many share one of their kind.
pub(super) const COUNTERS_MAX: usize = 65_536;

pub(crate) type Normalize = dyn Fn(&str) -> String + Send + Sync;

/// How many wrong credentials are answered as such before the next have to wait.
#[derive(Clone)]
pub(crate) struct Allowance {
    pub(crate) per_account: u32,
    pub(crate) per_address: u32,
    pub(crate) window: Duration,
    /// Which names are one account.
    pub(crate) normalize: Option<Arc<Normalize>>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { per_account: 30, per_address: 100, window: Duration::from_secs(300), normalize: None }
    }
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) counters: Bounded<CounterKind, Counter, COUNTERS_MAX>,
    /// What is being tried by somebody.
    pub(super) in_flight: HashMap<u64, InFlight>,
}

/// The same credentials, tried by one or more at the same time.
pub(super) struct InFlight {
    pub(super) tried_by: usize,
    /// What Redis says of them.
    #[cfg(feature = "redis")]
    pub(super) asked: Option<super::shared::AskedOnce>,
}

impl InFlight {
    /// The first, counted here.
    pub(super) fn first() -> Self {
        Self {
            tried_by: 1,
            #[cfg(feature = "redis")]
            asked: None,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Counter {
    wrong: u32,
    /// When the first of them was.
    since: Instant,
    /// When the next may come.
    until: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CounterKind {
    /// Of an account from an address at which it was good before.
    Known,
    Account,
    Address,
    Network,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct CounterName {
    pub(super) kind: CounterKind,
    pub(super) own: u64,
}

pub(super) struct Charge {
    name: CounterName,
    since: Instant,
    before: Option<Instant>,
    until: Option<Instant>,
}

impl Allowance {
    pub(super) fn quota(&self, kind: CounterKind) -> u32 {
        match kind {
            CounterKind::Known | CounterKind::Account => self.per_account,
            CounterKind::Address => self.per_address,
            CounterKind::Network => self.per_address.saturating_mul(ADDRESSES_OF_NETWORK),
        }
    }

    pub(super) fn spent(&self, kind: CounterKind, after: Duration) -> Spent {
        Spent { what: kind.label(), quota: self.quota(kind), window: self.window, after }
    }

    /// After so many that are too many: as long as one is allowed to take, then twice as long each time, and never longer than the
    /// window.
    pub(super) fn delay(&self, kind: CounterKind, beyond: u32) -> Duration {
        let first = self.window / self.quota(kind).max(1);
        first.checked_mul(1_u32.checked_shl(beyond).unwrap_or(u32::MAX)).unwrap_or(self.window).min(self.window)
    }
}

impl Table {
    pub(super) fn check(&mut self, names: &[CounterName], allowance: &Allowance, now: Instant) -> Result<(), Spent> {
        let waits = names.iter().filter_map(|name| {
            let after = self
                .counters
                .get(name.own, &name.kind)?
                .until?
                .checked_duration_since(now)
                .filter(|after| !after.is_zero())?;
            Some(allowance.spent(name.kind, after))
        });
        waits.max_by_key(|spent| spent.after).map_or(Ok(()), Err)
    }

    pub(super) fn charge(&mut self, name: CounterName, allowance: &Allowance, now: Instant) -> Charge {
        let is_over = |counter: &Counter| counter.is_over(allowance.window, now);
        // One that counts something is never dropped before it is over: whoever could have it dropped could guess on.
        let counter = self.counters.entry(name.own, name.kind, now, is_over, || Counter::new(now));
        if counter.is_over(allowance.window, now) {
            *counter = Counter::new(now);
        }
        let (before, quota) = (counter.until, allowance.quota(name.kind));
        counter.wrong = counter.wrong.saturating_add(1);
        if let Some(beyond) = counter.wrong.checked_sub(quota) {
            counter.until = Some(now + allowance.delay(name.kind, beyond));
        }
        Charge { name, since: counter.since, before, until: counter.until }
    }

    pub(super) fn refund(&mut self, charge: &Charge) {
        let CounterName { own, kind } = charge.name;
        let counter = self.counters.get_mut(own, &kind);
        if let Some(counter) = counter.filter(|counter| counter.since == charge.since) {
            counter.wrong = counter.wrong.saturating_sub(1);
            if counter.until == charge.until {
                counter.until = charge.before;
            }
        }
        // Only those that count something are kept.
        self.counters.remove_if(own, |counter| counter.wrong == 0);
    }
}

#[cfg(feature = "redis")]
impl Table {
    /// Takes over from Redis until when the next has to wait.
    pub(super) fn learn(&mut self, name: CounterName, allowance: &Allowance, until: Instant, now: Instant) {
        let is_over = |counter: &Counter| counter.is_over(allowance.window, now);
        let counter = self.counters.entry(name.own, name.kind, now, is_over, || Counter::new(now));
        counter.wrong = counter.wrong.max(1);
        counter.until = Some(until);
    }
}

impl Counter {
    fn new(since: Instant) -> Self {
        Self { wrong: 0, since, until: None }
    }

    /// Quiet for a whole window.
    fn is_over(&self, window: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.until.unwrap_or(self.since)) >= window
    }
}

impl CounterKind {
    pub(super) fn label(self) -> &'static str {
        match self {
            // Whether an address is known is nobody's business.
            Self::Known | Self::Account => "account",
            Self::Address => "address",
            Self::Network => "network",
        }
    }
}
