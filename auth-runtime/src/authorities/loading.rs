//! Loading authorities for a request: remembered, on their way for another request, or asked for now.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};

use crate::authorities::function::{Load, Loaded};
use crate::authorities::loader::RequestKey;
use crate::authorities::memory::Known;
use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::principal::{CallerMemory, Forgetful, Forgotten, Generation, Holding, MemoryKey, News, Principal};
use crate::provider::limits::flight::{Fetched, Flights, landed};
use crate::shares::{FLIGHTS, KnownCallers, Lookups, Presented};

/// How many loads of one function may run at once: those who cause them were authenticated before.
const AT_ONCE: usize = 128;

/// Why nothing was loaded.
#[derive(Clone, Debug)]
pub(crate) struct LoadFailure {
    pub(crate) reason: Reason,
    /// For the log.
    pub(crate) cause: Option<Box<str>>,
}

impl LoadFailure {
    pub(super) fn new(reason: Reason, cause: impl fmt::Display) -> Self {
        Self { reason, cause: Some(cause.to_string().into()) }
    }
}

impl From<Reason> for LoadFailure {
    fn from(reason: Reason) -> Self {
        Self { reason, cause: None }
    }
}

/// What is known of a caller.
pub(crate) type LoadOutcome = Result<Arc<Known>, LoadFailure>;

/// What is known of a caller, now or later.
pub(crate) enum Loading {
    Known(LoadOutcome),
    Asked(LocalBoxFuture<'static, LoadOutcome>),
}

/// A function that loads authorities, with its memory.
pub(crate) struct ReadyLoader {
    load: Arc<dyn Load>,
    keyed_by: Option<Arc<RequestKey>>,
    memory: CallerMemory<Arc<Known>>,
    flights: Arc<Flights<(MemoryKey, Generation), LoadOutcome>>,
    lookups: Lookups,
    /// Callers whose authorities were loaded within the last hour.
    known: KnownCallers,
    beyond_token: bool,
}

debug_by_name!([] ReadyLoader as "ReadyLoader";);

impl ReadyLoader {
    pub(super) fn new(
        load: Arc<dyn Load>,
        keyed_by: Option<Arc<RequestKey>>,
        remember_for: Duration,
        bytes: usize,
        beyond_token: bool,
    ) -> Self {
        let (memory, flights) = (CallerMemory::new(bytes, remember_for), Arc::default());
        let (lookups, known) = (Lookups::at_once(AT_ONCE), KnownCallers::default());
        Self { load, keyed_by, memory, flights, lookups, known, beyond_token }
    }

    /// Begins to load what is known of a caller at this address, in no longer than `deadline`.
    pub(crate) fn load(
        self: &Arc<Self>,
        principal: &Principal,
        request: &HttpRequest,
        address: impl FnOnce() -> AddressShare,
        deadline: Duration,
    ) -> Loading {
        if self.load.sees_request() && self.keyed_by.is_none() {
            let (loader, presented) = (Arc::clone(self), presented(principal, address()));
            let begun = self.load.begin(principal, request);
            return Loading::Asked(Box::pin(async move {
                let begun = AssertUnwindSafe(loader.in_turn(presented, begun)).catch_unwind();
                Known::new(begun.await.unwrap_or(Err(Reason::Panicked.into()))?, None, Vec::new())
            }));
        }
        let key = self.key(principal, request);
        let recall = || self.memory.recall(&key, Instant::now()).map(Ok);
        let asked = || (key, self.memory.generation(Instant::now()));
        let fetched = self.flights.fetch(asked, FLIGHTS, recall, |flight| {
            let (loader, principal) = (Arc::clone(self), principal.clone());
            let (presented, begun) = (presented(&principal, address()), self.load.begin(&principal, request));
            let places = self.load.places(request);
            actix_web::rt::spawn(async move {
                let begun = tokio::time::timeout(deadline, loader.in_turn(presented, begun));
                let found = match AssertUnwindSafe(begun).catch_unwind().await {
                    Ok(Ok(given)) => given.and_then(|given| Known::new(given, Some(&principal), places)),
                    Ok(Err(_)) => {
                        Err(LoadFailure::new(Reason::AuthoritiesUnavailable, "it took longer than the deadline"))
                    }
                    Err(_) => Err(Reason::Panicked.into()),
                };
                if let Ok(known) = &found {
                    loader.memory.remember(key, &principal.key(), known, flight.key().1, Instant::now());
                }
                flight.land(found);
            });
        });
        let told = match fetched {
            Fetched::Known(known) => return Loading::Known(known),
            Fetched::Full => return Loading::Known(Err(too_many())),
            Fetched::UnderWay(told) => told,
        };
        Loading::Asked(Box::pin(async move {
            // Given up only where the worker that loads ends.
            landed(told).await.unwrap_or(Err(Reason::AuthoritiesUnavailable.into()))
        }))
    }

    /// Goes on once it is the caller's turn.
    async fn in_turn(&self, presented: Presented, begun: LocalBoxFuture<'static, Loaded>) -> Loaded {
        let claimant = self.known.claimant(presented, Instant::now());
        let _turn = self.lookups.turn(claimant).await.map_err(|_| too_many())?;
        let loaded = begun.await;
        if let Ok(Some(_)) = &loaded {
            self.known.insert(presented, Instant::now());
        }
        loaded
    }

    /// The caller with what is known of it. `holding` says whether whoever holds some scopes holds one.
    pub(crate) fn apply(
        &self,
        known: &Known,
        principal: &Principal,
        is_token: bool,
        holding: &Holding<'_>,
    ) -> Principal {
        let principal = principal.by_credentials();
        if let Some(same) = known.applied_to(principal) {
            return same;
        }
        // Credentials with scopes of their own reach no further, whatever their scheme.
        let is_bounded = !self.beyond_token && (is_token || principal.scopes().is_some());
        let changed = principal.with_rights(known.rights(), is_bounded.then_some(holding));
        known.keep(&changed);
        changed
    }

    fn key(&self, principal: &Principal, request: &HttpRequest) -> MemoryKey {
        let mut hash = Sha256::new();
        principal.fingerprint(self.load.sees_credentials(), &mut hash);
        self.load.identify(request, &mut hash);
        if let Some(keyed_by) = &self.keyed_by {
            hash.update(keyed_by(request));
        }
        hash.finalize().into()
    }
}

/// Also what is being loaded.
impl Forgetful for ReadyLoader {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.memory.forget(whom);
        self.known.forget_owners(whom);
    }

    fn heed(&self, news: &Arc<[Arc<dyn News>]>) {
        self.memory.heed(news);
    }
}

/// Callers are known by who they are, where they are.
fn presented(principal: &Principal, address: AddressShare) -> Presented {
    let who = principal.key();
    Presented::new((who.issuer(), who.subject()), (), address)
}

fn too_many() -> LoadFailure {
    Reason::AuthoritiesBusy.into()
}
