//! Wrong credentials that several processes count together through Redis.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use ::redis::{Cmd, ErrorKind};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use super::table::{Allowance, CounterKind, CounterName, InFlight};
use super::{Attempts, Charged, CountedAttempt, Named, Tried};

use crate::limits::answer::Answer;
use crate::limits::shared::SharedCounters;
use crate::limits::spent::Spent;
use crate::redis::Lua;
use crate::shares::KNOWN_FOR;

static ATTEMPT: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("attempt.lua")));
static REFUND: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("refund.lua")));

/// The counters that an attempt may be counted by, in the order of the scripts.
const COUNTERS: [CounterKind; 4] =
    [CounterKind::Known, CounterKind::Account, CounterKind::Address, CounterKind::Network];

/// The counters in Redis.
#[derive(Clone)]
pub(super) struct SharedAttempts {
    counters: SharedCounters,
    allowance: Allowance,
}

/// The mark of an account that was good at an address, and the counters, each with what it allows; nothing where there is none.
#[derive(Clone)]
pub(super) struct Keys {
    names: [String; 5],
    quotas: [u32; 4],
}

/// What an attempt was counted by.
#[derive(Clone)]
pub(super) struct SharedCharges {
    keys: Keys,
    /// Counter, since, before and until of each, as the script says them.
    charged: Arc<[i64]>,
}

/// What Redis says of an attempt, for all who try the same at the same time; nothing while it is away.
pub(super) type AskedOnce = Shared<BoxFuture<'static, Option<Result<SharedCharges, Spent>>>>;

impl SharedAttempts {
    pub(super) fn new(counters: SharedCounters, allowance: Allowance) -> Self {
        Self { counters, allowance }
    }

    /// The counters of these credentials; nothing where no name can be made.
    /// `account` as it is counted.
    pub(super) fn keys(&self, tried: Tried<'_>, account: Option<&str>) -> Option<Keys> {
        let Tried { scheme, configuration, address, .. } = tried;
        let of_account = |kind: &str, at: &str| {
            let Some(account) = &account else { return Some(self.counters.nobody()) };
            let configuration = configuration.map_or_else(String::new, |name| format!("\"{name}"));
            self.counters.name("attempt", &[&kind, &scheme, &configuration, account, &at])
        };
        let address_text = address.to_string();
        let network = address.network();
        let names = [
            of_account("mark", &address_text)?,
            of_account("known", &address_text)?,
            of_account("account", "")?,
            self.counters.name("attempt", &[&"address", &address_text])?,
            match network {
                Some(network) => self.counters.name("attempt", &[&"network", &network])?,
                None => self.counters.nobody(),
            },
        ];
        let counts = |kind| match kind {
            CounterKind::Known | CounterKind::Account => account.is_some(),
            CounterKind::Address => address.is_told_apart(),
            CounterKind::Network => network.is_some(),
        };
        let quotas = COUNTERS.map(|kind| if counts(kind) { self.allowance.quota(kind) } else { 0 });
        Some(Keys { names, quotas })
    }

    /// Counts an attempt if it is wrong. `None` while Redis is away, which has been logged.
    async fn ask(&self, keys: Keys, is_wrong: bool) -> Option<Result<SharedCharges, Spent>> {
        let arguments = |call: &mut Cmd| {
            let window = u64::try_from(self.allowance.window.as_micros()).unwrap_or(u64::MAX);
            call.arg(u8::from(is_wrong)).arg(window).arg(&keys.quotas);
        };
        let answer = self.counters.ask(async |mut connection| {
            let answer: Vec<i64> = ATTEMPT.run(&mut connection, keys.names(), arguments).await?;
            match answer.split_first() {
                Some((0, charged)) => Ok(Ok(Arc::from(charged))),
                Some((place, [wait])) => {
                    let kind = usize::try_from(*place - 1).ok().and_then(|place| COUNTERS.get(place)).copied();
                    let wait = Duration::from_micros(u64::try_from(*wait).unwrap_or_default());
                    kind.map(|kind| Err(self.allowance.spent(kind, wait)))
                        .ok_or_else(|| (ErrorKind::UnexpectedReturnType, "it names no counter").into())
                }
                _ => Err((ErrorKind::UnexpectedReturnType, "it answers what was not asked").into()),
            }
        });
        let answer = answer.await?;
        Some(answer.map(|charged| SharedCharges { keys, charged }))
    }

    /// Takes back what was counted, without anybody waiting for it: what cannot be taken back counts as wrong.
    pub(super) fn refund(&self, SharedCharges { keys, charged }: SharedCharges, is_good: bool) {
        let known_for = if is_good { KNOWN_FOR } else { Duration::ZERO };
        let counters = self.counters.clone();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let arguments = |call: &mut Cmd| {
                call.arg(known_for.as_secs()).arg(&*charged);
            };
            counters
                .ask(async |mut connection| REFUND.run::<(), 5>(&mut connection, keys.names(), arguments).await)
                .await
        });
    }

    /// The account is known at this address.
    pub(super) fn succeeded(&self, keys: Option<Keys>) {
        if let Some(keys) = keys {
            self.refund(SharedCharges { keys, charged: Arc::default() }, true);
        }
    }
}

impl Keys {
    fn names(&self) -> [&str; 5] {
        self.names.each_ref().map(String::as_str)
    }
}

impl Attempts {
    /// The same, counted in Redis by several processes together.
    pub(crate) fn shared(self, counters: SharedCounters) -> Self {
        let shared = Some(SharedAttempts::new(counters, self.allowance.clone()));
        Self { shared, ..self }
    }

    pub(super) fn begin_shared(
        self: &Arc<Self>,
        shared: &SharedAttempts,
        keys: Option<Keys>,
        named: Named,
    ) -> Answer<Result<CountedAttempt, Spent>> {
        let Some(keys) = keys else { return Answer::Now(self.begin_here(named, Instant::now())) };
        let Named { names, presented, same, .. } = named;
        let mut table = self.table();
        let (asked, is_first) = match same.and_then(|same| table.in_flight.get_mut(&same)) {
            Some(InFlight { tried_by, asked: Some(asked) }) => {
                *tried_by += 1;
                (asked.clone(), false)
            }
            _ => {
                let shared = shared.clone();
                let asked = async move { shared.ask(keys, true).await }.boxed().shared();
                let entry = |same| (same, InFlight { tried_by: 1, asked: Some(asked.clone()) });
                table.in_flight.extend(same.map(entry));
                (asked, true)
            }
        };
        drop(table);
        let (attempts, charged) = (Arc::clone(self), Charged::Elsewhere);
        let mut attempt = CountedAttempt { attempts, charged, presented, in_flight: same };
        Answer::Asked(Box::pin(async move {
            match asked.await {
                Some(Ok(charges)) if is_first => attempt.charged = Charged::Shared(charges),
                Some(Ok(_)) => {}
                Some(Err(spent)) => {
                    attempt.attempts.learn(&names, spent);
                    return Err(spent);
                }
                None if is_first => {
                    let attempts = Arc::clone(&attempt.attempts);
                    attempt.charged = Charged::Here(attempts.charge(&mut attempts.table(), names, Instant::now())?);
                }
                None => attempt.attempts.judge_here(names, false, Instant::now())?,
            }
            Ok(attempt)
        }))
    }

    pub(super) fn judge_shared(
        self: &Arc<Self>,
        shared: &SharedAttempts,
        keys: Option<Keys>,
        names: Vec<CounterName>,
        is_wrong: bool,
    ) -> Answer<Result<(), Spent>> {
        let Some(keys) = keys else { return Answer::Now(self.judge_here(names, is_wrong, Instant::now())) };
        let (attempts, shared) = (Arc::clone(self), shared.clone());
        Answer::Asked(Box::pin(async move {
            match shared.ask(keys, is_wrong).await {
                Some(answer) => answer.map(drop).inspect_err(|spent| attempts.learn(&names, *spent)),
                None => attempts.judge_here(names, is_wrong, Instant::now()),
            }
        }))
    }

    /// Remembers what Redis said: who is told to wait is told so at once the next time.
    fn learn(&self, names: &[CounterName], spent: Spent) {
        let now = Instant::now();
        let Some(until) = now.checked_add(spent.after) else { return };
        let mut table = self.table();
        // An account may be known elsewhere at an address: that, only Redis can tell.
        let told = |name: &&CounterName| name.kind.label() == spent.what && name.kind != CounterKind::Account;
        if let Some(name) = names.iter().find(told) {
            table.learn(*name, &self.allowance, until, now);
            self.counters.store(table.counters.len(), std::sync::atomic::Ordering::Relaxed);
        }
    }
}
