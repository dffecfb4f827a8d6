//! Issuers that nobody listed: found by a function of the application's own, and remembered.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::denial::Reason;
use crate::jwt::error::JwtError;
use crate::jwt::issuer::Issuer;
use crate::jwt::verifier::TrustedIssuer;
use crate::keys::KeySetOptions;
use crate::provider::Worker;
use crate::provider::limits::Bucket;
use crate::telemetry::foreign;

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
/// How often the function is called for strangers' sake: ten times a second, after a burst.
const CALLED_EVERY: Duration = Duration::from_millis(100);
const CALLED_BURST: u32 = 50;
/// Calls under way at a time, and callers that wait for one of them.
const CALLS_MAX: usize = 32;
const WAITING_MAX: usize = 256;
/// A longer `iss` is nobody's.
const NAME_BYTES: usize = 2048;
type Found = Result<Option<Issuer>, Box<dyn Error + Send + Sync>>;

/// The application's function.
#[derive(Clone)]
pub(crate) struct Find(Arc<dyn Fn(String) -> BoxFuture<'static, Found> + Send + Sync>);

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
pub(crate) struct Tenants(Arc<Inner>);

struct Inner {
    find: Find,
    build: Box<Build>,
    options: KeySetOptions,
    known: Cache<Box<str>, Arc<Tenant>>,
    /// Since when a hash of a name is known to be nobody's.
    strangers: Cache<u64, Instant>,
    key: RandomState,
    calls: Mutex<Calls>,
    /// Tells each incarnation of a tenant from all others.
    incarnations: AtomicU64,
    worker: Arc<Worker>,
}

struct Calls {
    budget: Bucket,
    under_way: HashMap<Box<str>, watch::Receiver<()>>,
    waiting: usize,
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
        let calls =
            Calls { budget: Bucket::new(CALLED_EVERY, CALLED_BURST, now), under_way: HashMap::new(), waiting: 0 };
        Ok(Self(Arc::new(Inner {
            find,
            build,
            options,
            known: Cache::new(TENANTS_MAX),
            strangers: Cache::new(STRANGERS_MAX),
            key: RandomState::new(),
            calls: Mutex::new(calls),
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
            let mut calls = self.0.calls();
            // Not out of the strangers' budget, or a flood of names would keep known tenants from being found again.
            let due = !calls.under_way.contains_key(name) && tenant.is_due(now);
            let call = due.then(|| self.begin(&mut calls, name));
            drop(calls);
            if let Some((_, call)) = call {
                self.start(call);
            }
        }
        (age < TENANT_FOR + self.0.options.stale_limit).then_some(tenant)
    }

    /// Looks for a tenant that is not known.
    ///
    /// # Errors
    /// [`Reason::IssuerWrong`] where it was found a moment ago that there is none, [`Reason::KeysUnavailable`] where too
    /// many are looked for.
    pub(crate) fn look_for(&self, name: &str) -> Result<Search, Reason> {
        if name.len() > NAME_BYTES || self.is_stranger(name) {
            return Err(Reason::IssuerWrong);
        }
        let mut calls = self.0.calls();
        if calls.waiting >= WAITING_MAX {
            return Err(Reason::KeysUnavailable);
        }
        let (ended, call) = match calls.under_way.get(name) {
            Some(ended) => (ended.clone(), None),
            None => {
                self.call(&mut calls, name).map(|(ended, call)| (ended, Some(call))).ok_or(Reason::KeysUnavailable)?
            }
        };
        calls.waiting += 1;
        drop(calls);
        if let Some(call) = call {
            self.start(call);
        }
        Ok(Search { inner: Arc::clone(&self.0), name: name.into(), ended })
    }

    /// Whether the function said a moment ago that this is nobody's name.
    pub(crate) fn is_stranger(&self, name: &str) -> bool {
        self.0.is_stranger(name)
    }

    /// A call of the function, if that is within the budget.
    fn call(&self, calls: &mut Calls, name: &str) -> Option<(watch::Receiver<()>, Call)> {
        let now = self.0.options.stopwatch.now();
        if calls.under_way.len() >= CALLS_MAX || !calls.budget.take(now, 0) {
            return None;
        }
        Some(self.begin(calls, name))
    }

    /// A call of the function. To be started once the lock is free: a call that ends takes it.
    fn begin(&self, calls: &mut Calls, name: &str) -> (watch::Receiver<()>, Call) {
        let (end, ended) = watch::channel(());
        calls.under_way.insert(name.into(), ended.clone());
        let call = Call { inner: Arc::downgrade(&self.0), name: name.into(), _end: end };
        (ended, call)
    }

    fn start(&self, call: Call) {
        // Not awaited: whoever waits does so for its end.
        drop(self.0.worker.spawn(call.run(self.0.find.clone(), self.0.options.timeout)));
    }
}

/// A call of the function, under way until it is dropped, even by a panic.
struct Call {
    inner: Weak<Inner>,
    name: Box<str>,
    /// Whoever waits is told by its end.
    _end: watch::Sender<()>,
}

impl Call {
    async fn run(self, find: Find, timeout: Duration) {
        let found = tokio::time::timeout(timeout, async { (find.0)(self.name.to_string()).await }).await;
        let Some(inner) = self.inner.upgrade() else { return };
        match found {
            Ok(Ok(Some(issuer))) if issuer.name.as_deref() == Some(&*self.name) => self.keep(&inner, issuer).await,
            Ok(Ok(Some(_))) => failed("it answered with an issuer of another name"),
            Ok(Ok(None)) => {
                inner.known.remove(&*self.name);
                inner.strangers.insert(inner.key.hash_one(&*self.name), inner.options.stopwatch.now());
            }
            Ok(Err(error)) => failed(&error.to_string()),
            Err(_) => failed("it took too long"),
        }
    }

    async fn keep(&self, inner: &Inner, issuer: Issuer) {
        let issuer = match (inner.build)(issuer) {
            Ok(issuer) => issuer,
            Err(fault) => return failed(&fault.to_string()),
        };
        issuer.keys.first().await;
        // Old keys are better than none, as long as they may serve.
        if !issuer.keys.is_ready() && inner.known.get(&*self.name).is_some_and(|known| known.issuer.keys.is_ready()) {
            return;
        }
        let incarnation = inner.incarnations.fetch_add(1, Ordering::Relaxed);
        let found_at = inner.options.stopwatch.now();
        inner
            .known
            .insert(self.name.clone(), Arc::new(Tenant { issuer, incarnation, found_at, tried_at: Mutex::default() }));
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.calls().under_way.remove(&self.name);
        }
    }
}

/// The application's own words, escaped and capped.
fn failed(error: &str) {
    let error = foreign(error);
    tracing::error!(error, "the application's own search for a tenant failed; answered 503");
}

/// A tenant that is being looked for.
pub(crate) struct Search {
    inner: Arc<Inner>,
    name: Box<str>,
    ended: watch::Receiver<()>,
}

impl Search {
    /// Waits until the search is over, or for too long. Whether it is known now that the name is nobody's.
    pub(crate) async fn wait(&self) -> bool {
        let mut ended = self.ended.clone();
        // The call and then its provider's metadata and keys.
        let limit = 3 * self.inner.options.timeout;
        // Nothing is ever sent: the end is told by the sender's.
        let _ = tokio::time::timeout(limit, async { while ended.changed().await.is_ok() {} }).await;
        self.inner.is_stranger(&self.name)
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        let mut calls = self.inner.calls();
        calls.waiting = calls.waiting.saturating_sub(1);
    }
}

impl Inner {
    fn is_stranger(&self, name: &str) -> bool {
        let since = self.strangers.get(&self.key.hash_one(name));
        since.is_some_and(|since| self.options.stopwatch.now().saturating_duration_since(since) < STRANGER_FOR)
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
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
