//! Answers, remembered for a while.
//!
//! Tokens stand here as a MAC under a key of this process: what is in memory cannot be presented.

use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, Mac as _};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, Weighter};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::denial::Reason;
use crate::introspection::answer::Active;
use crate::principal::Forgotten;
use crate::shares::KnownCallers;
use crate::time::UnixTime;

/// Stands for a token.
pub(crate) type TokenHash = [u8; 32];

/// What an entry costs beyond a multiple of its answer, in bytes.
const ENTRY_BYTES: u64 = 1024;
/// How much larger a principal is than the answer it came from, at most.
const ANSWER_FACTOR: u64 = 6;
/// How many tokens that failed are left alone.
const HELD: usize = 10_000;
/// How many refused tokens are remembered.
const REFUSED: usize = 10_000;

/// What the endpoint said of tokens.
pub(crate) struct Memory {
    key: Zeroizing<[u8; 32]>,
    /// `None` where nothing is to be remembered.
    active: Option<Cache<TokenHash, Arc<Known>, Weight, RandomState>>,
    refused: Cache<TokenHash, (Reason, Instant)>,
    /// Tokens about which nothing could be learned, and until when nobody asks again.
    held: Cache<TokenHash, Instant>,
    /// Tokens that were active within the last hour.
    pub(crate) known: KnownCallers,
    max_staleness: Duration,
    refused_age: Duration,
    /// How often somebody was forgotten: what was asked before counts no more after it.
    forgotten: AtomicU64,
}

struct Known {
    active: Active,
    until: Instant,
}

impl Memory {
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn new(bytes: usize, max_staleness: Duration, refused_age: Duration) -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key)?;
        let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
        let typical = usize::try_from(capacity / (ENTRY_BYTES + ANSWER_FACTOR * 512)).unwrap_or(usize::MAX);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(typical)
            .weight_capacity(capacity)
            .shards(16)
            .build()
            .ok()
            .filter(|_| bytes > 0 && !max_staleness.is_zero());
        let active = options
            .map(|options| Cache::with_options(options, Weight, RandomState::new(), DefaultLifecycle::default()));
        Ok(Self {
            key,
            active,
            refused: Cache::new(REFUSED),
            held: Cache::new(HELD),
            known: KnownCallers::default(),
            max_staleness,
            refused_age,
            forgotten: AtomicU64::new(0),
        })
    }

    pub(crate) fn hash(&self, token: &[u8]) -> TokenHash {
        match Hmac::<Sha256>::new_from_slice(&*self.key) {
            Ok(mac) => mac.chain_update(token).finalize().into_bytes().into(),
            // HMAC takes keys of any length.
            Err(_) => TokenHash::default(),
        }
    }

    /// What is known of a token, neither too old nor past its `exp`.
    pub(crate) fn recall(&self, token: &TokenHash, at: Instant, now: UnixTime) -> Option<Result<Active, Reason>> {
        if let Some(known) = self.active.as_ref().and_then(|active| active.get(token))
            && at < known.until
            && known.active.lasts(now)
        {
            return Some(Ok(known.active.clone()));
        }
        self.refused.get(token).filter(|(_, until)| at < *until).map(|(reason, _)| Err(reason))
    }

    /// Nobody asks about this token before then.
    pub(crate) fn hold(&self, token: TokenHash, until: Instant) {
        self.held.insert(token, until);
    }

    pub(crate) fn is_held(&self, token: &TokenHash, at: Instant) -> bool {
        self.held.get(token).is_some_and(|until| at < until)
    }

    /// Changes whenever somebody is forgotten.
    pub(crate) fn generation(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    /// Forgets what is known of these callers' tokens. Where it is not known who is meant, answers stay for their time, as they do
    /// where nobody tells of anything.
    pub(crate) fn forget(&self, whom: &Forgotten<'_>) {
        self.known.forget_owners(whom);
        let Forgotten::Callers(callers) = whom else { return };
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        if let Some(cache) = &self.active {
            cache.retain(|_, known| !callers.contains(&known.active.principal.key()));
        }
    }

    /// Remembers an answer that was asked for at `asked`, and in this generation.
    pub(crate) fn remember(&self, token: TokenHash, answer: &Result<Active, Reason>, asked: Instant, began: u64) {
        match answer {
            Ok(active) => {
                self.refused.remove(&token);
                if let Some(cache) = self.active.as_ref().filter(|_| self.generation() == began) {
                    cache.insert(token, Arc::new(Known { active: active.clone(), until: asked + self.max_staleness }));
                    if self.generation() != began {
                        cache.remove(&token);
                    }
                }
            }
            Err(reason) => {
                if let Some(cache) = &self.active {
                    cache.remove(&token);
                }
                // A clock that is off must not keep a token out for longer than it is early.
                if *reason != Reason::TokenNotYetValid && !self.refused_age.is_zero() {
                    self.refused.insert(token, (*reason, asked + self.refused_age));
                }
            }
        }
    }
}

/// An estimate on the high side, in bytes.
#[derive(Clone)]
struct Weight;

impl Weighter<TokenHash, Arc<Known>> for Weight {
    fn weight(&self, _: &TokenHash, known: &Arc<Known>) -> u64 {
        let growth = u64::try_from(known.active.principal.growth()).unwrap_or(u64::MAX);
        let bytes = u64::try_from(known.active.bytes).unwrap_or(u64::MAX).saturating_mul(ANSWER_FACTOR);
        bytes.saturating_add(ENTRY_BYTES).saturating_add(growth)
    }
}
