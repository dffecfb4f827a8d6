//! Wrong credentials: whoever guesses is slowed down, and nobody is locked out for ever.
#![cfg_attr(
    not(any(test, feature = "basic", feature = "session")),
    allow(dead_code, reason = "only passwords are counted before they are looked at")
)]

#[cfg(feature = "redis")]
mod shared;
mod table;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use icu_normalizer::ComposingNormalizerBorrowed;

#[cfg(feature = "redis")]
use self::shared::{SharedAttempts, SharedCharges};
use self::table::{Charge, CounterKind, CounterName, InFlight, Table};
use super::answer::Answer;
use super::spent::Spent;
use crate::http::peer::AddressShare;
use crate::setting::Setting;
use crate::shares::{KnownCallers, Presented, keyed};

pub(super) use self::table::Allowance;

/// The wrong credentials that were sent of late, by account and by address.
#[derive(Default)]
pub(crate) struct Attempts {
    allowance: Allowance,
    table: Mutex<Table>,
    /// How many counters there are: while there are none, nobody has to wait.
    counters: AtomicUsize,
    /// Accounts that were good within the last hour, with the addresses that they were good at.
    known: KnownCallers,
    /// Where several processes count together.
    #[cfg(feature = "redis")]
    shared: Option<SharedAttempts>,
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

/// By which counters an attempt is counted.
struct Named {
    /// The account as it is counted, however its name is written.
    #[cfg(feature = "redis")]
    account: Option<String>,
    names: Vec<CounterName>,
    /// As whom it becomes known if it is good.
    presented: Option<Presented>,
    /// The same credentials, from the same place.
    same: Option<u64>,
}

/// An attempt that is counted as wrong until it turns out to be good.
#[must_use = "it counts as wrong until it is said to be good"]
pub(crate) struct CountedAttempt {
    attempts: Arc<Attempts>,
    charged: Charged,
    presented: Option<Presented>,
    in_flight: Option<u64>,
}

/// Where an attempt is counted.
#[derive(Default)]
enum Charged {
    /// By another one with the same credentials.
    #[default]
    Elsewhere,
    Here(Vec<Charge>),
    #[cfg(feature = "redis")]
    Shared(SharedCharges),
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

    /// Whether these credentials may be looked at, as far as this process knows.
    ///
    /// # Errors
    /// When they may, where too many were wrong.
    pub(crate) fn check(&self, tried: Tried<'_>) -> Result<(), Spent> {
        if self.counters.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let now = Instant::now();
        let Named { mut names, .. } = self.named(tried, now);
        if self.is_shared() {
            // Where else it was good only Redis knows.
            names.retain(|name| name.kind != CounterKind::Account);
        }
        self.table().check(&names, &self.allowance, now)
    }

    /// Whether what this process remembers of these credentials may stand for trying them. Where several count together, another may
    /// know that the account has to wait: then only at an address where it was good of late, which has a counter of its own.
    #[cfg(feature = "basic")]
    pub(crate) fn may_recall(&self, tried: Tried<'_>) -> bool {
        !self.is_shared() || self.named(tried, Instant::now()).is_known()
    }

    /// Counts these credentials as wrong, before they are looked at.
    ///
    /// # Errors
    /// When they may be tried, where too many were wrong.
    pub(crate) fn begin(self: &Arc<Self>, tried: Tried<'_>) -> Answer<Result<CountedAttempt, Spent>> {
        let now = Instant::now();
        let named = self.named(tried, now);
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            return self.begin_shared(shared, shared.keys(tried, named.account.as_deref()), named);
        }
        Answer::Now(self.begin_here(named, now))
    }

    fn begin_here(
        self: &Arc<Self>,
        Named { names, presented, same, .. }: Named,
        now: Instant,
    ) -> Result<CountedAttempt, Spent> {
        let mut table = self.table();
        let mut charged = Charged::Elsewhere;
        match same.and_then(|same| table.in_flight.get_mut(&same)) {
            Some(others) => others.tried_by += 1,
            None => {
                charged = Charged::Here(self.charge(&mut table, names, now)?);
                table.in_flight.extend(same.map(|same| (same, InFlight::first())));
            }
        }
        Ok(CountedAttempt { attempts: Arc::clone(self), charged, presented, in_flight: same })
    }

    /// Counts credentials that are found to be wrong, or right, without much work: one that is right is never counted.
    ///
    /// # Errors
    /// When they may be tried, where too many were wrong: that is all that may be said of them.
    pub(crate) fn judge(self: &Arc<Self>, tried: Tried<'_>, is_wrong: bool) -> Answer<Result<(), Spent>> {
        if !is_wrong && !self.is_shared() {
            return Answer::Now(self.check(tried));
        }
        let now = Instant::now();
        let named = self.named(tried, now);
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            return self.judge_shared(shared, shared.keys(tried, named.account.as_deref()), named.names, is_wrong);
        }
        Answer::Now(self.judge_here(named.names, is_wrong, now))
    }

    fn judge_here(&self, names: Vec<CounterName>, is_wrong: bool, now: Instant) -> Result<(), Spent> {
        if !is_wrong && self.counters.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let mut table = self.table();
        if is_wrong { self.charge(&mut table, names, now).map(drop) } else { table.check(&names, &self.allowance, now) }
    }

    fn charge(&self, table: &mut Table, names: Vec<CounterName>, now: Instant) -> Result<Vec<Charge>, Spent> {
        table.check(&names, &self.allowance, now)?;
        let charged = names.into_iter().map(|name| table.charge(name, &self.allowance, now)).collect();
        self.counters.store(table.counters.len(), Ordering::Relaxed);
        Ok(charged)
    }

    /// The account was good at this address, and is known there.
    pub(crate) fn succeeded(&self, tried: Tried<'_>) {
        let now = Instant::now();
        let named = self.named(tried, now);
        if let Some(presented) = named.presented {
            self.known.insert(presented, now);
        }
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            shared.succeeded(shared.keys(tried, named.account.as_deref()));
        }
    }

    /// The counters of an attempt, and as whom it becomes known if it is good.
    fn named(&self, tried: Tried<'_>, now: Instant) -> Named {
        let Tried { scheme, configuration, account, address, secret } = tried;
        let account = account.map(|name| self.normalized(name));
        let presented = account.as_ref().map(|name| Presented::new((scheme, configuration, name), (), address));
        let name = |kind, of: &dyn Fn() -> u64| CounterName { kind, own: keyed((kind, of())) };
        let known = account.as_ref().filter(|_| presented.is_some_and(|it| self.known.claimant(it, now).is_known()));
        let names: Vec<_> = if let Some(account) = known {
            vec![name(CounterKind::Known, &|| keyed((scheme, configuration, account, address)))]
        } else {
            let account =
                account.as_ref().map(|account| name(CounterKind::Account, &|| keyed((scheme, configuration, account))));
            let network = address.network().map(|network| name(CounterKind::Network, &|| keyed(network)));
            let address = address.is_told_apart().then(|| name(CounterKind::Address, &|| keyed(address)));
            [account, address, network].into_iter().flatten().collect()
        };
        let same = secret.map(|secret| keyed((secret, names.iter().map(|name| name.own).collect::<Vec<_>>())));
        Named {
            #[cfg(feature = "redis")]
            account,
            names,
            presented,
            same,
        }
    }

    /// As one account is counted however its name is written.
    pub(crate) fn normalized(&self, name: &str) -> String {
        match &self.allowance.normalize {
            Some(normalize) => normalize(name),
            None => ComposingNormalizerBorrowed::new_nfkc().normalize(name).trim().to_lowercase(),
        }
    }

    fn is_shared(&self) -> bool {
        #[cfg(feature = "redis")]
        return self.shared.is_some();
        #[cfg(not(feature = "redis"))]
        false
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "basic")]
impl Named {
    /// Whether the account was good at this address of late.
    fn is_known(&self) -> bool {
        self.names.iter().any(|name| name.kind == CounterKind::Known)
    }
}

impl CountedAttempt {
    /// The credentials are good: they do not count, and the account is known at this address.
    pub(crate) fn good(mut self) {
        if let Some(presented) = self.presented {
            self.attempts.known.insert(presented, Instant::now());
        }
        self.refund(true);
    }

    /// Nobody can tell, or they are not wrong: they do not count.
    pub(crate) fn undecided(mut self) {
        self.refund(false);
    }

    #[cfg_attr(not(feature = "redis"), allow(unused_variables, reason = "who is known is in `known`"))]
    fn refund(&mut self, is_good: bool) {
        match std::mem::take(&mut self.charged) {
            Charged::Elsewhere => {}
            Charged::Here(charged) => {
                let mut table = self.attempts.table();
                charged.iter().for_each(|charge| table.refund(charge));
                self.attempts.counters.store(table.counters.len(), Ordering::Relaxed);
            }
            #[cfg(feature = "redis")]
            Charged::Shared(charges) => {
                if let Some(shared) = &self.attempts.shared {
                    shared.refund(charges, is_good);
                }
            }
        }
    }
}

impl Drop for CountedAttempt {
    fn drop(&mut self) {
        let Some(same) = self.in_flight else { return };
        let mut table = self.attempts.table();
        if let Some(others) = table.in_flight.get_mut(&same) {
            others.tried_by -= 1;
            if others.tried_by == 0 {
                table.in_flight.remove(&same);
            }
        }
    }
}

#[cfg(test)]
mod tests;
