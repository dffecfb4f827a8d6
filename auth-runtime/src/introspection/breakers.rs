//! Whether the endpoint is left alone: by those who were good before, and by all others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::introspection::endpoint::Failure;
use crate::provider::limits::breaker::{Breaker, Permit};
use crate::shares::{Claimant, Share};

/// Two breakers, so that strangers whose tokens the endpoint cannot stand keep nobody out who was good before. What says that the
/// endpoint itself fails counts for both, and so does every answer.
#[derive(Debug)]
pub(crate) struct Breakers {
    known: Arc<Breaker<Failure>>,
    strangers: Arc<Breaker<Failure>>,
}

/// The right to one call.
pub(crate) struct Permits {
    own: Permit<Failure>,
    other: Permit<Failure>,
    is_known: bool,
}

impl Breakers {
    pub(crate) fn new(failures: u32, pause: Duration) -> Self {
        Self {
            known: Arc::new(Breaker::new("the introspection endpoint", failures, pause)),
            strangers: Arc::new(Breaker::of_strangers("the introspection endpoint, for strangers,", failures, pause)),
        }
    }

    /// Why this caller cannot pass now, without using up a probe; who it is, is asked only where that makes a difference.
    pub(crate) fn refusal(&self, now: Instant, claimant: impl FnOnce() -> Claimant) -> Option<Failure> {
        match (self.known.refusal(now), self.strangers.refusal(now)) {
            (None, None) => None,
            (known, strangers) => {
                if claimant().is_known() {
                    known
                } else {
                    strangers
                }
            }
        }
    }

    /// # Errors
    /// The failure that keeps this caller from it.
    pub(crate) fn admit(&self, claimant: Claimant, now: Instant) -> Result<Permits, Failure> {
        let is_known = claimant.is_known();
        let (own, other) = if is_known { (&self.known, &self.strangers) } else { (&self.strangers, &self.known) };
        Ok(Permits { own: own.admit(now)?, other: other.beside(), is_known })
    }
}

impl Permits {
    pub(crate) fn worked(self) {
        self.own.worked();
        self.other.worked();
    }

    /// `blamed` is whose failure it is where the token may have caused it.
    pub(crate) fn failed(self, now: Instant, failure: Failure, blamed: Share) {
        let of = failure.may_be_the_tokens().then_some(blamed);
        self.own.failed(now, failure, of);
        if self.is_known || of.is_none() {
            self.other.failed(now, failure, of);
        }
    }
}
