//! The keys a provider publishes, kept current in the background.

use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};

use crate::file::FileFault;
use crate::keys::demand::{Demand, Ticket};
use crate::keys::fetcher::{Fetcher, KeySetAddress};
use crate::keys::observe;
use crate::keys::source::Keys;
use crate::provider::client::{Answer, TIMEOUT};
use crate::provider::fetch_error::FetchError;
use crate::provider::limits::schedule;
use crate::provider::stopwatch::Stopwatch;
use crate::provider::transport::Transport;
use crate::provider::worker::Worker;
use crate::shares::Claimant;

/// How often the age of the keys is reported, at least.
const TICK: Duration = Duration::from_secs(15);
/// Keys renewed this short before they would have been too old count as having been so: who judged by them a moment ago
/// must not be mixed up with who judges now.
const MARGIN: Duration = Duration::from_secs(5);

/// How key sets are kept.
#[derive(Clone, Debug)]
pub(crate) struct KeySetOptions {
    /// Bounds of what a set's lifetime may be.
    pub(crate) refresh: RangeInclusive<Duration>,
    /// How long past its lifetime a set serves while the provider is away.
    pub(crate) stale_limit: Duration,
    /// For one request to the provider.
    pub(crate) timeout: Duration,
    pub(crate) transport: Transport,
    /// Holds a token that the provider wants to see.
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) stopwatch: Stopwatch,
}

impl Default for KeySetOptions {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(60)..=Duration::from_secs(3600),
            stale_limit: Duration::from_secs(3600),
            timeout: TIMEOUT,
            transport: Transport::default(),
            token_file: None,
            stopwatch: Stopwatch::default(),
        }
    }
}

/// The keys that a provider publishes, kept current by a task of their own. Readers never wait.
pub(crate) struct KeySet {
    publication: Arc<Publication>,
}

type Parse = dyn Fn(&[u8]) -> Result<Keys, FileFault> + Send + Sync;

/// What a provider publishes, and who wants to know.
pub(super) struct Publication {
    /// In logs and metrics.
    provider: Arc<str>,
    pub(super) options: KeySetOptions,
    parse: Box<Parse>,
    published: ArcSwapOption<Published>,
    demand: Mutex<Demand>,
    pub(super) wake: Arc<Notify>,
    pub(super) finished: watch::Sender<Finished>,
    worker: Arc<Worker>,
}

/// The last good set.
struct Published {
    value: Keys,
    /// Grows with each change.
    generation: u64,
    fetched_at: Instant,
    good_until: Instant,
}

/// The fetch that ended last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Finished {
    pub(super) number: u64,
    pub(super) good: bool,
}

impl KeySet {
    /// Starts to fetch in the background; `provider` names it in logs and metrics.
    ///
    /// # Errors
    /// When the process may start no more threads.
    pub(super) fn start(
        provider: Arc<str>,
        address: KeySetAddress,
        options: KeySetOptions,
        parse: impl Fn(&[u8]) -> Result<Keys, FileFault> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let worker = Worker::shared()?;
        let now = options.stopwatch.now();
        let publication = Arc::new(Publication {
            provider,
            parse: Box::new(parse),
            published: ArcSwapOption::empty(),
            demand: Mutex::new(Demand::new(now)),
            wake: Arc::new(Notify::new()),
            finished: watch::Sender::new(Finished::default()),
            worker: Arc::clone(&worker),
            options,
        });
        let fetcher = Fetcher::new(address, &publication.options);
        // Not awaited: it ends when the set is dropped.
        drop(worker.spawn(refresh(Arc::downgrade(&publication), fetcher)));
        Ok(Self { publication })
    }

    /// The keys, unless none ever came or they are too old.
    pub(super) fn current(&self) -> Option<Keys> {
        let published = self.publication.published.load();
        let published =
            published.as_ref().filter(|known| self.publication.options.stopwatch.now() < known.good_until)?;
        Some(Keys::clone(&published.value))
    }

    /// Changes whenever [`current`](Self::current) does, and never back. Read before it, equal generations mean equal
    /// values.
    pub(crate) fn generation(&self) -> u64 {
        self.publication.published.load().as_ref().map_or(0, |known| {
            let outdated = self.publication.options.stopwatch.now() >= known.good_until;
            2 * known.generation + u64::from(outdated)
        })
    }

    /// Asks for the set to be fetched, since it lacks this key; `None` if that is not done now.
    pub(crate) fn ask(&self, key_id: &str, claimant: Claimant) -> Option<Ticket> {
        self.publication.ask(key_id, claimant, None)
    }

    /// Asks for the set to be fetched although no key is lacking, if that was not done a while ago.
    pub(super) fn renew(&self, claimant: Claimant) {
        self.publication.renew(claimant);
    }

    /// Waits until there are keys, or the first fetch failed.
    pub(crate) async fn first(&self) {
        let mut finished = self.publication.finished.subscribe();
        let first = finished.wait_for(|finished| finished.number > 0);
        let _ = tokio::time::timeout(2 * self.publication.options.timeout, first).await;
    }
}

impl Publication {
    pub(super) fn demand(&self) -> MutexGuard<'_, Demand> {
        self.demand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a fetch if it is time; its number.
    fn begin(&self, due: Instant, now: Instant) -> Option<u64> {
        let mut demand = self.demand();
        if now < due && !demand.queued {
            return None;
        }
        demand.queued = false;
        demand.in_flight = true;
        demand.begun += 1;
        Some(demand.begun)
    }

    /// Takes in what a fetch brought, and says when the next is due.
    fn finish(&self, number: u64, fetcher: &mut Fetcher, result: Result<Answer, FetchError>) -> Instant {
        let now = self.options.stopwatch.now();
        let (wait, good) = match self.accept(now, fetcher, result) {
            Ok(lifetime) => {
                let usable = self.published.load().as_ref().is_some_and(|known| !known.value.is_empty());
                let mut demand = self.demand();
                demand.failures = 0;
                demand.empty = if usable { 0 } else { demand.empty.saturating_add(1) };
                // A provider that is being set up has its first key soon, and nobody sends a token to who is not ready.
                let wait = schedule::refresh_in(lifetime);
                (if usable { wait } else { wait.min(schedule::retry_in(demand.empty)) }, true)
            }
            Err((error, fault)) => {
                fetcher.forget();
                let mut demand = self.demand();
                demand.failures = demand.failures.saturating_add(1);
                let failures = demand.failures;
                drop(demand);
                let good_until = self.published.load().as_ref().map(|known| known.good_until);
                let left = good_until.map(|until| until.saturating_duration_since(now));
                let said = if let FetchError::TooMany(said) = error { said } else { None };
                observe::failed(&self.provider, error, fault.as_deref(), failures, left);
                (schedule::retry_as_said(said, failures), false)
            }
        };
        self.demand().in_flight = false;
        self.finished.send_replace(Finished { number, good });
        now + wait
    }

    /// Publishes a good answer; its lifetime, or why it is none.
    fn accept(
        &self,
        now: Instant,
        fetcher: &mut Fetcher,
        result: Result<Answer, FetchError>,
    ) -> Result<Duration, (FetchError, Option<String>)> {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return Err((error, None)),
        };
        let lifetime = schedule::lifetime(&answer.headers, &self.options.refresh);
        if answer.not_modified {
            self.publish(now, lifetime, None);
            return Ok(lifetime);
        }
        let digest: [u8; 32] = Sha256::digest(&answer.body).into();
        if self.demand().seen == Some(digest) {
            self.publish(now, lifetime, None);
        } else {
            const NO_SET: FetchError = FetchError::Malformed("it is not a JSON Web Key set");
            // A parser that panics on one set must not end the refresh: the next one may be good.
            let value = catch_unwind(AssertUnwindSafe(|| (self.parse)(&answer.body)))
                .map_err(|_| (NO_SET, Some("reading it panicked".into())))?
                .map_err(|fault| (NO_SET, Some(fault.fault)))?;
            self.publish(now, lifetime, Some(value));
            self.demand().seen = Some(digest);
        }
        fetcher.accepted(&answer.headers);
        Ok(lifetime)
    }

    /// `None` is what was there before.
    fn publish(&self, now: Instant, lifetime: Duration, value: Option<Keys>) {
        let known = self.published.load_full();
        let changed = value.is_some();
        let outdated = known.as_ref().is_some_and(|known| now + MARGIN >= known.good_until);
        let generation = known.as_ref().map_or(0, |known| known.generation) + u64::from(changed || outdated);
        let Some(value) = value.or_else(|| known.map(|known| Keys::clone(&known.value))) else { return };
        let good_until = now + lifetime + self.options.stale_limit;
        self.published.store(Some(Arc::new(Published { value, generation, fetched_at: now, good_until })));
        let mut demand = self.demand();
        if changed {
            demand.unknown.clear();
            demand.bucket.forgive(now);
        }
        demand.outdated = false;
        drop(demand);
        observe::fetched(&self.provider, changed, lifetime);
    }

    /// Reports how old the keys are.
    fn report(&self, now: Instant) {
        let Some(known) = self.published.load_full() else { return };
        observe::age(&self.provider, now.saturating_duration_since(known.fetched_at));
        if now >= known.good_until {
            let mut demand = self.demand();
            if !std::mem::replace(&mut demand.outdated, true) {
                drop(demand);
                observe::outdated(&self.provider);
            }
        }
    }
}

/// Fetches, and fetches again, until nobody holds the set any more.
async fn refresh(set: Weak<Publication>, mut fetcher: Fetcher) {
    let Some((stopwatch, wake, worker)) = set.upgrade().map(|publication| {
        (publication.options.stopwatch.clone(), Arc::clone(&publication.wake), Arc::downgrade(&publication.worker))
    }) else {
        return;
    };
    let mut due = stopwatch.now();
    loop {
        // The set is not held while waiting, nor while fetching.
        let Some(publication) = set.upgrade() else { return };
        let now = stopwatch.now();
        publication.report(now);
        let begun = publication.begin(due, now);
        drop(publication);
        match begun {
            None => {
                let wait = due.saturating_duration_since(now).min(TICK);
                let (sleep, woken) = (stopwatch.sleep(wait), wake.notified());
                futures_util::future::select(std::pin::pin!(sleep), std::pin::pin!(woken)).await;
            }
            Some(number) => {
                let Some(worker) = worker.upgrade() else { return };
                let result = fetcher.fetch(&worker, now).await;
                drop(worker);
                let Some(publication) = set.upgrade() else { return };
                due = publication.finish(number, &mut fetcher, result);
            }
        }
    }
}

impl Drop for Publication {
    /// Ends the task at once.
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("provider", &self.publication.provider).finish_non_exhaustive()
    }
}
