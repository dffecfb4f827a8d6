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
    /// Whose failure it is where the token may have caused it.
    blamed: Share,
}

impl Breakers {
    pub(crate) fn new(failures: u32, pause: Duration) -> Self {
        Self {
            known: Arc::new(Breaker::new("the introspection endpoint", failures, pause)),
            strangers: Arc::new(Breaker::of_strangers("the introspection endpoint, for strangers,", failures, pause)),
        }
    }

    /// Why this caller cannot pass now, without using up a probe; who it is, is asked only where that makes a difference.
    pub(crate) fn refusal(&self, now: Instant, caller: impl FnOnce() -> (Claimant, Share)) -> Option<Failure> {
        if !self.known.is_open() && !self.strangers.is_open() {
            return None;
        }
        let (claimant, blamed) = caller();
        if claimant.is_known() { &self.known } else { &self.strangers }.refusal(now, blamed)
    }

    /// # Errors
    /// The failure that keeps this caller from it.
    pub(crate) fn admit(&self, claimant: Claimant, blamed: Share, now: Instant) -> Result<Permits, Failure> {
        let is_known = claimant.is_known();
        let (own, other) = if is_known { (&self.known, &self.strangers) } else { (&self.strangers, &self.known) };
        Ok(Permits { own: own.admit(now, blamed)?, other: other.beside(), is_known, blamed })
    }
}

impl Permits {
    pub(crate) fn worked(self) {
        self.own.worked();
        self.other.worked();
    }

    pub(crate) fn failed(self, now: Instant, failure: Failure) {
        let of = failure.may_be_the_tokens().then_some(self.blamed);
        self.own.failed(now, failure, of);
        if self.is_known || of.is_none() {
            self.other.failed(now, failure, of);
        }
    }
}
