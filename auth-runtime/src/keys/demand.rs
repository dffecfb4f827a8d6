//! Who wants a provider's keys to be fetched, and waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::keys::remote::Publication;
use crate::provider::limits::divided::DividedBucket;
use crate::provider::limits::places::{Places, TakenPlace};
use crate::provider::limits::schedule::Unknown;
use crate::shares::Claimant;

/// Requests that may wait for one provider at a time.
const WAITING_MAX: usize = 256;
/// Unknown ids that are remembered for one provider.
const UNKNOWN_MAX: usize = 1024;
/// How often whoever names a key that is not known may cause a fetch.
const ASKED_EVERY: Duration = Duration::from_secs(30);
/// How often a bad signature under a known id may cause one.
const DOUBTED_EVERY: Duration = Duration::from_secs(5 * 60);
/// How many of either at once, and how many of them are for callers that are known.
const BURST: u32 = 2;
const KEPT: u32 = 1;

/// Who wants a fetch. The lock is held for a moment only, never while something is fetched.
pub(super) struct Demand {
    pub(super) bucket: DividedBucket,
    doubts: DividedBucket,
    pub(super) unknown: Unknown,
    /// How many fetches were begun.
    pub(super) begun: u64,
    /// A fetch is wanted that has not begun.
    pub(super) queued: bool,
    pub(super) in_flight: bool,
    waiting: Arc<Places>,
    /// Failed fetches since the last good one.
    pub(super) failures: u32,
    /// Sets in a row in which no key was of use.
    pub(super) empty: u32,
    /// Digest of the last good set as it came.
    pub(super) seen: Option<[u8; 32]>,
    /// That the keys are too old was said.
    pub(super) outdated: bool,
}

impl Demand {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            bucket: DividedBucket::new(ASKED_EVERY, BURST, KEPT, now),
            doubts: DividedBucket::new(DOUBTED_EVERY, BURST, KEPT, now),
            unknown: Unknown::new(UNKNOWN_MAX),
            begun: 0,
            queued: false,
            in_flight: false,
            waiting: Places::new(WAITING_MAX),
            failures: 0,
            empty: 0,
            seen: None,
            outdated: false,
        }
    }
}

impl Publication {
    /// Asks for a fetch on behalf of a request of this caller; `arrived` where it has asked before.
    pub(super) fn ask(self: &Arc<Self>, key_id: &str, claimant: Claimant, arrived: Option<u64>) -> Option<Ticket> {
        let now = self.options.stopwatch.now();
        let mut demand = self.demand();
        let place = demand.waiting.take(claimant)?;
        let arrived = arrived.unwrap_or(demand.begun);
        let awaited = if demand.queued {
            demand.begun + 1
        } else if demand.in_flight {
            // It may bring the key. If it had begun before, it proves nothing: the key may have come since.
            demand.begun
        } else {
            // What is known to be unknown does not take the last right to ask: that is for a really new key.
            let spare = u32::from(demand.unknown.contains(key_id));
            let taken = match demand.empty {
                0 => demand.bucket.take(claimant, now, spare),
                // Nobody is served as it is: whoever asks does so for all.
                _ => demand.bucket.take_undivided(now, spare),
            };
            if !taken {
                return None;
            }
            demand.queued = true;
            self.wake.notify_one();
            demand.begun + 1
        };
        drop(demand);
        Some(Ticket { publication: Arc::clone(self), key_id: key_id.into(), claimant, arrived, awaited, _place: place })
    }

    /// Has the set fetched for the sake of a signature that does not fit its key, if that was not done a while ago.
    pub(super) fn renew(&self, claimant: Claimant) {
        let now = self.options.stopwatch.now();
        let mut demand = self.demand();
        if !demand.queued && !demand.in_flight && demand.doubts.take(claimant, now, 0) {
            demand.queued = true;
            self.wake.notify_one();
        }
    }
}

/// The right to wait for a fetch.
pub(crate) struct Ticket {
    publication: Arc<Publication>,
    key_id: Box<str>,
    claimant: Claimant,
    /// How many fetches had begun when it was first asked.
    arrived: u64,
    /// The fetch to wait for.
    awaited: u64,
    _place: TakenPlace,
}

impl Ticket {
    /// Waits for the fetch. Whether it was a good one, and begun after it was asked for: what is lacking now was lacking
    /// at the provider.
    pub(crate) async fn wait(&self) -> bool {
        let mut finished = self.publication.finished.subscribe();
        let ended = finished.wait_for(|finished| finished.number >= self.awaited);
        match tokio::time::timeout(self.publication.options.timeout, ended).await {
            Ok(Ok(finished)) => finished.good && finished.number > self.arrived,
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Asks once more on behalf of the same request, if the fetch it waited for had begun before. One that failed, or took
    /// too long, is not repeated for it.
    pub(crate) fn again(&self) -> Option<Self> {
        if self.awaited > self.arrived {
            return None;
        }
        self.publication.ask(&self.key_id, self.claimant, Some(self.arrived))
    }

    /// Whether the fetch it waited for failed, or took too long.
    pub(crate) fn has_failed(&self) -> bool {
        let finished = self.publication.finished.borrow();
        finished.number < self.awaited || !finished.good
    }

    /// The key was lacking after a conclusive wait.
    pub(crate) fn lacking(&self) {
        self.publication.demand().unknown.insert(&self.key_id);
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("awaited", &self.awaited).finish_non_exhaustive()
    }
}
