//! Issuers that nobody listed: found by a function of the application's own, and remembered.

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use quick_cache::sync::Cache;

use crate::denial::Reason;
use crate::jwt::error::JwtError;
use crate::jwt::issuer::Issuer;
use crate::jwt::verifier::TrustedIssuer;
use crate::keys::KeySetOptions;
use crate::provider::Worker;
use crate::provider::limits::divided::DividedBucket;
use crate::provider::limits::flight::{Awaited, Boarding, Flight, Flights, landed};
use crate::provider::limits::places::{Places, TakenPlace};
use crate::shares::{Claimant, Turns};
use crate::telemetry::{foreign, limited};

/// Tenants that are remembered at a time.
const TENANTS_MAX: usize = 1000;
/// Names without a tenant that are remembered at a time, and for how long.
const STRANGERS_MAX: usize = 4096;
const STRANGER_FOR: Duration = Duration::from_secs(60);
/// How long a tenant holds before the function is asked for it again.
const TENANT_FOR: Duration = Duration::from_secs(15 * 60);
/// How long after a try that brought nothing new a known tenant is looked for again: whoever names it, signed or not, causes
/// the call and a fetch of its keys.
const TRIED_FOR: Duration = Duration::from_secs(30);
/// How often the function is called for strangers' sake: ten times a second, after a burst; and how many of that are for callers
/// that are known.
const CALLED_EVERY: Duration = Duration::from_millis(100);
const CALLED_BURST: u32 = 50;
const CALLED_KEPT: u32 = 12;
/// Calls under way at a time, callers that wait for one of them, and for how long a call waits for its turn.
const CALLS_MAX: usize = 32;
const WAITING_MAX: usize = 256;
const WAIT: Duration = Duration::from_secs(2);
/// A longer `iss` is nobody's.
const NAME_BYTES: usize = 2048;
type TenantAnswer = Result<Option<Issuer>, Box<dyn Error + Send + Sync>>;

/// The application's function.
#[derive(Clone)]
pub(crate) struct Find(Arc<dyn Fn(String) -> BoxFuture<'static, TenantAnswer> + Send + Sync>);

impl Find {
    pub(crate) fn new<F, R, E>(function: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<Issuer>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self(Arc::new(move |name| {
            let found = function(name);
            Box::pin(async move { found.await.map_err(Into::into) })
        }))
    }
}

impl fmt::Debug for Find {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Find")
    }
}

/// Makes a tenant's keys from what the function said.
pub(crate) type Build = dyn Fn(Issuer) -> Result<TrustedIssuer, JwtError> + Send + Sync;

/// The tenants of one configuration.
pub(crate) struct Tenants(Arc<Directory>);

struct Directory {
    find: Find,
    build: Box<Build>,
    options: KeySetOptions,
    known: Cache<Box<str>, Arc<Tenant>>,
    /// Since when a hash of a name is known to be nobody's.
    strangers: Cache<u64, Instant>,
    key: RandomState,
    /// Calls for strangers' sake.
    budget: Mutex<DividedBucket>,
    calls: Arc<Flights<Box<str>, Called>>,
    /// At calls for strangers' sake.
    turns: Arc<Turns>,
    /// Of those who wait for one.
    waiting: Arc<Places>,
    /// Tells each incarnation of a tenant from all others.
    incarnations: AtomicU64,
    worker: Arc<Worker>,
}

/// What became of a call of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Called {
    Answered,
    /// Its turn did not come.
    Never,
}

#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) issuer: TrustedIssuer,
    incarnation: u64,
    found_at: Instant,
    /// When it was last looked for since.
    tried_at: Mutex<Option<Instant>>,
}

impl Tenant {
    /// Whether it is time to look for it again; counts as a try.
    fn is_due(&self, now: Instant) -> bool {
        let mut tried_at = self.tried_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = tried_at.is_none_or(|tried| now.saturating_duration_since(tried) >= TRIED_FOR);
        if due {
            *tried_at = Some(now);
        }
        due
    }

    /// Changes whenever the tenant or its keys do.
    pub(crate) fn generation(&self) -> u64 {
        (self.incarnation << 32).wrapping_add(self.issuer.keys.generation())
    }
}

impl Tenants {
    pub(crate) fn new(find: Find, build: Box<Build>, options: KeySetOptions) -> std::io::Result<Self> {
        let now = options.stopwatch.now();
        Ok(Self(Arc::new(Directory {
            find,
            build,
            options,
            known: Cache::new(TENANTS_MAX),
            strangers: Cache::new(STRANGERS_MAX),
            key: RandomState::new(),
            budget: Mutex::new(DividedBucket::new(CALLED_EVERY, CALLED_BURST, CALLED_KEPT, now)),
            calls: Arc::default(),
            turns: Turns::new(CALLS_MAX, WAITING_MAX, WAIT),
            waiting: Places::new(WAITING_MAX),
            incarnations: AtomicU64::new(1),
            worker: Worker::shared()?,
        })))
    }

    /// A tenant that is known. One that was found a while ago is looked for again in the background.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Tenant>> {
        let tenant = self.0.known.get(name)?;
        let now = self.0.options.stopwatch.now();
        let age = now.saturating_duration_since(tenant.found_at);
        if age >= TENANT_FOR {
            // Not out of the strangers' budget, or a flood of names would keep known tenants from being found again.
            if tenant.is_due(now)
                && let Boarding::Lead(flight, _) = self.0.calls.board(name.into(), usize::MAX, || None)
            {
                self.start(flight, None);
            }
        }
        self.is_fresh(age).then_some(tenant)
    }

    /// The same, without looking for it again.
    pub(crate) fn at_hand(&self, name: &str) -> Option<Arc<Tenant>> {
        let tenant = self.0.known.get(name)?;
        let age = self.0.options.stopwatch.now().saturating_duration_since(tenant.found_at);
        self.is_fresh(age).then_some(tenant)
    }

    fn is_fresh(&self, age: Duration) -> bool {
        age < TENANT_FOR + self.0.options.stale_limit
    }

    /// Looks for a tenant that is not known.
    ///
    /// # Errors
    /// [`Reason::IssuerWrong`] where it was found a moment ago that there is none, [`Reason::KeysBusy`] where too many are
    /// looked for.
    pub(crate) fn look_for(&self, name: &str, claimant: Claimant) -> Result<Search, Reason> {
        if name.len() > NAME_BYTES || self.is_stranger(name) {
            return Err(Reason::IssuerWrong);
        }
        let place = self.0.waiting.take(claimant).ok_or(Reason::KeysBusy)?;
        let ended = match self.0.calls.board(name.into(), usize::MAX, || None) {
            Boarding::Join(ended) => ended,
            Boarding::Lead(flight, ended) => {
                if !self.0.take_call(claimant) {
                    // One that was found before was looked for a moment ago, out of no budget, and in vain.
                    let is_away = self.0.known.peek(name).is_some();
                    return Err(if is_away { Reason::KeysUnavailable } else { Reason::KeysBusy });
                }
                self.start(flight, Some(claimant));
                ended
            }
            Boarding::Known(_) | Boarding::Full => return Err(Reason::KeysBusy),
        };
        Ok(Search { directory: Arc::clone(&self.0), claimant, _place: place, name: name.into(), ended })
    }

    /// Whether the function said a moment ago that this is nobody's name.
    pub(crate) fn is_stranger(&self, name: &str) -> bool {
        self.0.is_stranger(name)
    }

    /// Calls the function. Not awaited: whoever waits does so for the end of the flight, which comes even by a panic.
    fn start(&self, flight: Flight<Box<str>, Called>, of: Option<Claimant>) {
        let (find, timeout) = (self.0.find.clone(), self.0.options.timeout);
        let (turns, directory) = (Arc::clone(&self.0.turns), Arc::downgrade(&self.0));
        drop(self.0.worker.spawn(async move {
            let turn = match of {
                Some(claimant) => turns.turn(claimant).await,
                None => None,
            };
            if of.is_none() || turn.is_some() {
                call(directory, find, timeout, flight).await;
            } else {
                flight.land(Called::Never);
            }
        }));
    }
}

/// Calls the function and keeps what it says.
async fn call(directory: Weak<Directory>, find: Find, timeout: Duration, flight: Flight<Box<str>, Called>) {
    let name = flight.key();
    let found = tokio::time::timeout(timeout, async { (find.0)(name.to_string()).await }).await;
    let Some(directory) = directory.upgrade() else { return };
    match found {
        Ok(Ok(Some(issuer))) if issuer.terms.name.as_deref() == Some(&**name) => directory.keep(name, issuer).await,
        Ok(Ok(Some(_))) => failed("it answered with an issuer of another name"),
        Ok(Ok(None)) => {
            directory.known.remove(&**name);
            directory.strangers.insert(directory.key.hash_one(&**name), directory.options.stopwatch.now());
        }
        Ok(Err(error)) => failed(&error.to_string()),
        Err(_) => failed("it took too long"),
    }
    flight.land(Called::Answered);
}

impl Directory {
    /// Takes a call for a stranger's sake out of the budget, if there is one.
    fn take_call(&self, claimant: Claimant) -> bool {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).take(claimant, self.options.stopwatch.now(), 0)
    }

    async fn keep(&self, name: &str, issuer: Issuer) {
        let issuer = match (self.build)(issuer) {
            Ok(issuer) => issuer,
            Err(fault) => return failed(&fault.to_string()),
        };
        issuer.keys.first().await;
        // Old keys are better than none, as long as they may serve.
        if !issuer.keys.is_ready() && self.known.get(name).is_some_and(|known| known.issuer.keys.is_ready()) {
            return;
        }
        let incarnation = self.incarnations.fetch_add(1, Ordering::Relaxed);
        let found_at = self.options.stopwatch.now();
        let tenant = Tenant { issuer, incarnation, found_at, tried_at: Mutex::default() };
        self.known.insert(name.into(), Arc::new(tenant));
    }

    fn is_stranger(&self, name: &str) -> bool {
        let since = self.strangers.get(&self.key.hash_one(name));
        since.is_some_and(|since| self.options.stopwatch.now().saturating_duration_since(since) < STRANGER_FOR)
    }
}

/// The application's own words, escaped and capped.
fn failed(error: &str) {
    let error = foreign(error);
    limited!(error, error, "the application's own search for a tenant failed; answered 503");
}

/// A tenant that is being looked for.
pub(crate) struct Search {
    directory: Arc<Directory>,
    /// Who looks for it.
    pub(crate) claimant: Claimant,
    _place: TakenPlace,
    name: Box<str>,
    ended: Awaited<Called>,
}

impl Search {
    /// Waits until the search is over, or for too long, and says what a token is refused for whose issuer is still unknown.
    pub(crate) async fn wait(&self) -> Reason {
        let directory = &self.directory;
        // The call and then its provider's metadata and keys.
        let limit = 3 * directory.options.timeout;
        let ended = tokio::time::timeout(limit, landed(self.ended.clone())).await;
        match ended {
            _ if directory.is_stranger(&self.name) => Reason::IssuerWrong,
            Ok(Some(Called::Never)) => Reason::KeysBusy,
            _ => Reason::KeysUnavailable,
        }
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants").field("known", &self.0.known.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Search")
    }
}
