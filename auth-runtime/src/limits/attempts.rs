//! Wrong credentials: whoever guesses is slowed down, and nobody is locked out for ever.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use icu_normalizer::ComposingNormalizerBorrowed;

use super::ADDRESSES_OF_NETWORK;
use super::bounded::Bounded;
use super::spent::Spent;
use crate::http::peer::AddressShare;
use crate::setting::Setting;
use crate::shares::{KnownCallers, Presented, keyed};

/// Counters at a time; all who come when there are so many share one of their kind.
const COUNTERS_MAX: usize = 65_536;

pub(super) type Normalize = dyn Fn(&str) -> String + Send + Sync;

/// How many wrong credentials are answered as such before the next have to wait.
#[derive(Clone)]
pub(super) struct Allowance {
    pub(super) per_account: u32,
    pub(super) per_address: u32,
    pub(super) window: Duration,
    /// Which names are one account.
    pub(super) normalize: Option<Arc<Normalize>>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { per_account: 30, per_address: 100, window: Duration::from_secs(300), normalize: None }
    }
}

/// The wrong credentials that were sent of late, by account and by address.
#[derive(Default)]
pub(crate) struct Attempts {
    allowance: Allowance,
    table: Mutex<Table>,
    /// How many counters there are: while there are none, nobody has to wait.
    counters: AtomicUsize,
    /// Accounts that were good within the last hour, with the addresses that they were good at.
    known: KnownCallers,
}

debug_by_name!([] Attempts as "Attempts";);

/// Whose credentials are tried, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried<'a> {
    scheme: &'static str,
    configuration: Option<&'a str>,
    account: Option<&'a str>,
    /// What is tried, as a hash under a key of this process: the same again is no other guess.
    secret: Option<u64>,
    address: AddressShare,
}

impl<'a> Tried<'a> {
    /// Credentials of this account, whether it exists or not.
    pub(crate) fn account(
        scheme: &'static str,
        configuration: Option<&'a str>,
        name: &'a str,
        address: AddressShare,
    ) -> Self {
        Self { scheme, configuration, account: Some(name), secret: None, address }
    }

    /// Credentials that name no account.
    pub(crate) fn anonymous(scheme: &'static str, address: AddressShare) -> Self {
        Self { scheme, configuration: None, account: None, secret: None, address }
    }

    /// The same, by these: attempts by the same ones at the same time are one.
    #[cfg(feature = "basic")]
    pub(crate) fn by(self, secret: &str) -> Self {
        Self { secret: Some(keyed(secret)), ..self }
    }
}

#[derive(Default)]
struct Table {
    counters: Bounded<CounterKind, Counter, COUNTERS_MAX>,
    /// What is being tried by somebody.
    in_flight: HashMap<u64, usize>,
}

#[derive(Clone, Copy)]
struct Counter {
    wrong: u32,
    /// When the first of them was.
    since: Instant,
    /// When the next may come.
    until: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum CounterKind {
    /// Of an account from an address at which it was good before.
    Known,
    Account,
    Address,
    Network,
}

#[derive(Clone, Copy, Debug)]
struct CounterName {
    kind: CounterKind,
    own: u64,
}

/// An attempt that is counted as wrong until it turns out to be good.
#[must_use = "it counts as wrong until it is said to be good"]
pub(crate) struct CountedAttempt {
    attempts: Arc<Attempts>,
    charged: Vec<Charge>,
    #[cfg_attr(
        not(any(feature = "basic", feature = "session")),
        allow(dead_code, reason = "only passwords are said to be good")
    )]
    presented: Option<Presented>,
    in_flight: Option<u64>,
}

struct Charge {
    name: CounterName,
    since: Instant,
    before: Option<Instant>,
    until: Option<Instant>,
}

impl Attempts {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self { allowance, ..Self::default() }
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let Allowance { per_account, per_address, window, .. } = self.allowance;
        let within = format!("within_{}_s", window.as_secs());
        [("failed_attempts_per_account", per_account), ("failed_attempts_per_address", per_address)]
            .map(|(name, most)| Setting::at_most(name, most.into(), &within))
            .into()
    }

    /// Whether these credentials may be looked at.
    ///
    /// # Errors
    /// When they may, where too many were wrong.
    pub(crate) fn check(&self, tried: Tried<'_>) -> Result<(), Spent> {
        if self.counters.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let (names, _) = self.names(tried, Instant::now());
        self.table().check(&names, &self.allowance, Instant::now())
    }

    /// Counts these credentials as wrong, before they are looked at.
    ///
    /// # Errors
    /// When they may be tried, where too many were wrong.
    pub(crate) fn begin(self: &Arc<Self>, tried: Tried<'_>) -> Result<CountedAttempt, Spent> {
        let now = Instant::now();
        let (names, presented) = self.names(tried, now);
        let in_flight =
            tried.secret.map(|secret| keyed((secret, names.iter().map(|name| name.own).collect::<Vec<_>>())));
        let mut table = self.table();
        if let Some(others) = in_flight.and_then(|same| table.in_flight.get_mut(&same)) {
            *others += 1;
            return Ok(CountedAttempt { attempts: Arc::clone(self), charged: Vec::new(), presented, in_flight });
        }
        table.check(&names, &self.allowance, now)?;
        let charged = names.into_iter().map(|name| table.charge(name, &self.allowance, now)).collect();
        table.in_flight.extend(in_flight.map(|same| (same, 1)));
        self.counters.store(table.counters.len(), Ordering::Relaxed);
        Ok(CountedAttempt { attempts: Arc::clone(self), charged, presented, in_flight })
    }

    /// Counts credentials that were found to be wrong.
    pub(crate) fn failed(self: &Arc<Self>, tried: Tried<'_>) {
        drop(self.begin(tried));
    }

    /// The account was good at this address, and is known there.
    pub(crate) fn succeeded(&self, tried: Tried<'_>) {
        let now = Instant::now();
        if let (_, Some(presented)) = self.names(tried, now) {
            self.known.insert(presented, now);
        }
    }

    /// The counters of an attempt, and as whom it becomes known if it is good.
    fn names(&self, tried: Tried<'_>, now: Instant) -> (Vec<CounterName>, Option<Presented>) {
        let Tried { scheme, configuration, account, address, .. } = tried;
        let account = account.map(|name| self.normalized(name));
        let presented = account.as_ref().map(|name| Presented::new((scheme, configuration, name), (), address));
        let name = |kind, of: &dyn Fn() -> u64| CounterName { kind, own: keyed((kind, of())) };
        if let Some(account) =
            account.as_ref().filter(|_| presented.is_some_and(|it| self.known.claimant(it, now).is_known()))
        {
            let known = name(CounterKind::Known, &|| keyed((scheme, configuration, account, address)));
            return (vec![known], presented);
        }
        let account =
            account.as_ref().map(|account| name(CounterKind::Account, &|| keyed((scheme, configuration, account))));
        let network = address.network().map(|network| name(CounterKind::Network, &|| keyed(network)));
        let address = match address {
            AddressShare::Unknown | AddressShare::UnlistedProxy => None,
            address => Some(name(CounterKind::Address, &|| keyed(address))),
        };
        ([account, address, network].into_iter().flatten().collect(), presented)
    }

    /// As one account is counted however its name is written.
    pub(crate) fn normalized(&self, name: &str) -> String {
        match &self.allowance.normalize {
            Some(normalize) => normalize(name),
            None => ComposingNormalizerBorrowed::new_nfkc().normalize(name).trim().to_lowercase(),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allowance {
    fn quota(&self, kind: CounterKind) -> u32 {
        match kind {
            CounterKind::Known | CounterKind::Account => self.per_account,
            CounterKind::Address => self.per_address,
            CounterKind::Network => self.per_address.saturating_mul(ADDRESSES_OF_NETWORK),
        }
    }

    /// After so many that are too many: as long as one is allowed to take, then twice as long each time, and never longer than the
    /// window.
    fn delay(&self, kind: CounterKind, beyond: u32) -> Duration {
        let first = self.window / self.quota(kind).max(1);
        first.checked_mul(1_u32.checked_shl(beyond).unwrap_or(u32::MAX)).unwrap_or(self.window).min(self.window)
    }
}

impl Table {
    fn check(&mut self, names: &[CounterName], allowance: &Allowance, now: Instant) -> Result<(), Spent> {
        let waits = names.iter().filter_map(|name| {
            let after = self
                .counters
                .get(name.own, &name.kind)?
                .until?
                .checked_duration_since(now)
                .filter(|after| !after.is_zero())?;
            Some(Spent { what: name.kind.label(), quota: allowance.quota(name.kind), window: allowance.window, after })
        });
        waits.max_by_key(|spent| spent.after).map_or(Ok(()), Err)
    }

    fn charge(&mut self, name: CounterName, allowance: &Allowance, now: Instant) -> Charge {
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

    fn refund(&mut self, charge: &Charge) {
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
    fn label(self) -> &'static str {
        match self {
            // Whether an address is known is nobody's business.
            Self::Known | Self::Account => "account",
            Self::Address => "address",
            Self::Network => "network",
        }
    }
}

impl CountedAttempt {
    /// The credentials are good: they do not count, and the account is known at this address.
    #[cfg(any(test, feature = "basic", feature = "session"))]
    pub(crate) fn good(self) {
        if let Some(presented) = self.presented {
            self.attempts.known.insert(presented, Instant::now());
        }
        self.undecided();
    }

    /// Nobody can tell, or they are not wrong: they do not count.
    pub(crate) fn undecided(mut self) {
        let charged = std::mem::take(&mut self.charged);
        let mut table = self.attempts.table();
        charged.iter().for_each(|charge| table.refund(charge));
        self.attempts.counters.store(table.counters.len(), Ordering::Relaxed);
    }
}

impl Drop for CountedAttempt {
    fn drop(&mut self) {
        let Some(same) = self.in_flight else { return };
        let mut table = self.attempts.table();
        if let Some(others) = table.in_flight.get_mut(&same) {
            *others -= 1;
            if *others == 0 {
                table.in_flight.remove(&same);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: u32) -> AddressShare {
        AddressShare::V4(std::net::Ipv4Addr::from_bits(host))
    }

    fn attempts(window: Duration) -> Arc<Attempts> {
        Arc::new(Attempts::new(Allowance { per_account: 3, per_address: 5, window, normalize: None }))
    }

    fn wrong(attempts: &Arc<Attempts>, name: &str, host: u32) -> Option<Spent> {
        attempts.begin(Tried::account("basic", None, name, at(host))).map(drop).err()
    }

    fn good(attempts: &Arc<Attempts>, name: &str, host: u32) -> bool {
        attempts.begin(Tried::account("basic", None, name, at(host))).map(CountedAttempt::good).is_ok()
    }

    const LONG: Duration = Duration::from_secs(300);

    #[test]
    fn an_account_is_guessed_at_so_many_times_from_wherever_and_then_ever_slower() {
        let attempts = attempts(LONG);
        assert!((0..3).all(|host| wrong(&attempts, "alice", host).is_none()));
        let spent = wrong(&attempts, "alice", 4).unwrap();
        assert_eq!((spent.what, spent.quota, spent.window), ("account", 3, LONG));
        assert!(spent.after <= LONG / 3 && spent.after > LONG / 3 - Duration::from_secs(5));
        assert!(!good(&attempts, "alice", 5), "the right password is not tried either");
        for other in [" ALICE ", "Alice", "ａｌｉｃｅ"] {
            assert!(wrong(&attempts, other, 6).is_some(), "{other}");
        }
        assert!(wrong(&attempts, "bob", 7).is_none());
    }

    #[test]
    fn an_address_guesses_so_many_times_at_whatever() {
        let attempts = attempts(LONG);
        assert!((0..5).all(|name| wrong(&attempts, &name.to_string(), 1).is_none()));
        assert_eq!(wrong(&attempts, "another", 1).unwrap().what, "address");
        assert!(wrong(&attempts, "another", 2).is_none());
        let keys = |host| attempts.check(Tried::anonymous("api_key", at(host)));
        assert!(keys(1).is_err() && keys(2).is_ok());
        // All of a /48 have as much as four addresses.
        let network = |host: u64| Tried::anonymous("api_key", AddressShare::V6(0x2001_0db8_0001_0000 + host));
        let passed = (0..100).filter(|host| attempts.begin(network(*host)).is_ok()).count();
        assert_eq!(passed, 20);
        let nowhere = |share| (0..100).all(|_| attempts.begin(Tried::anonymous("api_key", share)).is_ok());
        assert!(nowhere(AddressShare::Unknown) && nowhere(AddressShare::UnlistedProxy));
    }

    #[test]
    fn who_was_good_at_an_address_is_not_kept_out_by_strangers() {
        let attempts = attempts(LONG);
        assert!(good(&attempts, "alice", 1));
        while wrong(&attempts, "alice", 2).is_none() {}
        (0..10).for_each(|name| _ = wrong(&attempts, &name.to_string(), 1));
        assert!(!good(&attempts, "alice", 3), "from elsewhere");
        assert!(good(&attempts, "alice", 1) && good(&attempts, "Alice", 1));
        // It has a counter of its own.
        assert!((0..3).all(|_| wrong(&attempts, "alice", 1).is_none()));
        assert_eq!(wrong(&attempts, "alice", 1).unwrap().what, "account");
    }

    #[test]
    fn what_is_good_or_cannot_be_told_does_not_count() {
        let attempts = attempts(LONG);
        for _ in 0..20 {
            assert!(good(&attempts, "alice", 1));
            attempts.begin(Tried::account("basic", None, "bob", at(2))).map(CountedAttempt::undecided).unwrap();
        }
        assert_eq!(attempts.counters.load(Ordering::Relaxed), 0);
        assert!((0..2).all(|_| wrong(&attempts, "carol", 9).is_none()));
        assert!(good(&attempts, "carol", 9));
        assert!(wrong(&attempts, "carol", 8).is_none(), "the wrong ones before it count");
        assert!(wrong(&attempts, "carol", 8).is_some());
    }

    #[test]
    #[cfg(feature = "basic")]
    fn the_same_password_at_the_same_time_is_one_guess() {
        let attempts = attempts(LONG);
        let tried = |password: &str| attempts.begin(Tried::account("basic", None, "alice", at(1)).by(password));
        let parallel: Vec<_> = (0..50).map(|_| tried("wonderland").unwrap()).collect();
        let others: Vec<_> = ["a", "b"].map(|password| tried(password).unwrap()).into();
        assert!(tried("c").is_err());
        parallel.into_iter().for_each(CountedAttempt::good);
        drop(others);
        assert!(attempts.table().in_flight.is_empty());
    }

    #[test]
    fn delays_grow_up_to_the_window_and_end() {
        let allowance = Allowance::default();
        let delay = |beyond| allowance.delay(CounterKind::Account, beyond).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 40].map(delay), [10, 20, 40, 80, 160, 300, 300, 300]);
        let attempts = attempts(Duration::from_millis(1200));
        while wrong(&attempts, "alice", 1).is_none() {}
        std::thread::sleep(Duration::from_millis(450));
        assert!(wrong(&attempts, "alice", 2).is_none(), "after 400 ms");
        assert!(wrong(&attempts, "alice", 3).is_some(), "for 800 ms");
        std::thread::sleep(Duration::from_millis(2100));
        assert!((0..3).all(|host| wrong(&attempts, "alice", 10 + host).is_none()), "quiet for a window");
    }

    #[test]
    fn memory_is_bounded_and_a_flood_forgets_nobody() {
        let attempts = attempts(LONG);
        while wrong(&attempts, "alice", 1).is_none() {}
        let many =
            (0..100_000_u32).filter(|number| wrong(&attempts, &number.to_string(), 1000 + number).is_none()).count();
        assert!(many < COUNTERS_MAX, "they share counters: {many}");
        assert!(attempts.table().counters.len() <= COUNTERS_MAX);
        assert!(wrong(&attempts, "alice", 2).is_some());
    }
}
