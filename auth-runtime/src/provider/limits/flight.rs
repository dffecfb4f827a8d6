//! One call for all who present the same token at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::denial::Reason;
use crate::introspection::answer::Active;
use crate::introspection::memory::TokenHash;

/// What a call brought: a principal, a refusal, or why nothing is known.
pub(crate) type Verdict = Result<Result<Active, Reason>, Reason>;

/// How many calls may be under way or waiting for their turn.
const FLIGHTS: usize = 1024;

/// The calls under way, by token.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<TokenHash, watch::Receiver<Option<Verdict>>>>);

/// What to do about a token that is not known.
pub(crate) enum Boarding {
    /// It became known in the meantime.
    Known(Result<Active, Reason>),
    /// Somebody else's call will tell.
    Join(watch::Receiver<Option<Verdict>>),
    /// Make the call, and land with what it brings.
    Lead(Flight, watch::Receiver<Option<Verdict>>),
    /// There are too many.
    Full,
}

/// A call to be made; dropped without landing, everybody who waits learns that there is no answer.
pub(crate) struct Flight {
    /// Where it is listed, until it has landed: the place may be another's by then.
    flights: Option<Arc<Flights>>,
    token: TokenHash,
    tell: watch::Sender<Option<Verdict>>,
}

impl Flights {
    /// `recall` looks once more: a call that landed since the caller looked has left what it brought.
    pub(crate) fn board(
        self: &Arc<Self>,
        token: TokenHash,
        recall: impl FnOnce() -> Option<Result<Active, Reason>>,
    ) -> Boarding {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = flights.len();
        match flights.entry(token) {
            Entry::Occupied(known) => Boarding::Join(known.get().clone()),
            Entry::Vacant(place) => {
                if let Some(known) = recall() {
                    return Boarding::Known(known);
                }
                if count >= FLIGHTS {
                    return Boarding::Full;
                }
                let (tell, told) = watch::channel(None);
                place.insert(told.clone());
                Boarding::Lead(Flight { flights: Some(Arc::clone(self)), token, tell }, told)
            }
        }
    }
}

impl Flight {
    /// Tells all who wait. What is to be remembered must have been before.
    pub(crate) fn land(mut self, verdict: Verdict) {
        // First out of the list: whoever comes after those who wait is not served what may be too old for it.
        self.leave();
        self.tell.send_replace(Some(verdict));
    }

    fn leave(&mut self) {
        if let Some(flights) = self.flights.take() {
            flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Waits for the end of a call.
pub(crate) async fn landed(mut told: watch::Receiver<Option<Verdict>>) -> Verdict {
    match told.wait_for(Option::is_some).await {
        Ok(verdict) => verdict.clone().unwrap_or(Err(Reason::IntrospectionUnavailable)),
        Err(_) => Err(Reason::IntrospectionUnavailable),
    }
}
