//! The single flight: one call for all who want to know the same at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// The calls under way, by what they ask for.
pub(crate) struct Flights<K, V>(Mutex<HashMap<K, Awaited<V>>>);

/// A call that somebody else makes.
pub(crate) type Awaited<V> = watch::Receiver<Option<V>>;

/// What to do about something that is not known.
pub(crate) enum Boarding<K: Eq + Hash, V> {
    /// It became known in the meantime.
    Known(V),
    /// Somebody else's call will tell.
    Join(Awaited<V>),
    /// Make the call, and land with what it brings.
    Lead(Flight<K, V>, Awaited<V>),
    /// There are too many.
    Full,
}

/// What may be known, or asked for.
pub(crate) enum Fetched<V> {
    /// It is known.
    Known(V),
    /// A call will tell.
    UnderWay(Awaited<V>),
    /// There are too many.
    Full,
}

/// A call to be made; dropped without landing, everybody who waits learns that there is no answer.
pub(crate) struct Flight<K: Eq + Hash, V> {
    /// Where it is listed, until it has landed: the place may be another's by then.
    flights: Option<Arc<Flights<K, V>>>,
    key: K,
    tell: watch::Sender<Option<V>>,
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V> Flights<K, V> {
    /// What `known` says, or what a call will tell: somebody else's, or the one that `begin` starts here. It is for all who wait, so
    /// that it must not end with the request of whoever came first.
    pub(crate) fn fetch(
        self: &Arc<Self>,
        key: impl FnOnce() -> K,
        most: usize,
        known: impl Fn() -> Option<V>,
        begin: impl FnOnce(Flight<K, V>),
    ) -> Fetched<V> {
        if let Some(known) = known() {
            return Fetched::Known(known);
        }
        match self.board(key(), most, known) {
            Boarding::Known(known) => Fetched::Known(known),
            Boarding::Full => Fetched::Full,
            Boarding::Join(told) => Fetched::UnderWay(told),
            Boarding::Lead(flight, told) => {
                begin(flight);
                Fetched::UnderWay(told)
            }
        }
    }

    /// At most `most` calls may be under way. Before one begins, `known` looks once more: a call that landed since the
    /// caller looked has left what it brought.
    pub(crate) fn board(self: &Arc<Self>, key: K, most: usize, known: impl FnOnce() -> Option<V>) -> Boarding<K, V> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = flights.len();
        match flights.entry(key) {
            Entry::Occupied(under_way) => Boarding::Join(under_way.get().clone()),
            Entry::Vacant(place) => {
                if let Some(known) = known() {
                    return Boarding::Known(known);
                }
                if count >= most {
                    return Boarding::Full;
                }
                let (tell, told) = watch::channel(None);
                let key = place.key().clone();
                place.insert(told.clone());
                Boarding::Lead(Flight { flights: Some(Arc::clone(self)), key, tell }, told)
            }
        }
    }
}

impl<K: Eq + Hash, V> Flight<K, V> {
    /// What is asked for.
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    /// Tells all who wait. What is to be remembered must have been before.
    pub(crate) fn land(mut self, brought: V) {
        // First out of the list: whoever comes after those who wait is not served what may be too old for it.
        self.leave();
        self.tell.send_replace(Some(brought));
    }

    fn leave(&mut self) {
        if let Some(flights) = self.flights.take() {
            flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        }
    }
}

impl<K: Eq + Hash, V> Drop for Flight<K, V> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Waits for the end of a call; `None` where it was given up.
pub(crate) async fn landed<V: Clone>(mut told: Awaited<V>) -> Option<V> {
    told.wait_for(Option::is_some).await.ok()?.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_call_tells_all_who_wait_and_the_next_is_made_anew() {
        let flights = Arc::new(Flights::default());
        let Boarding::Lead(flight, first) = flights.board("k", 1, || None) else { panic!("nothing was known") };
        let Boarding::Join(second) = flights.board("k", 1, || panic!("a call is under way")) else {
            panic!("two calls")
        };
        assert!(matches!(flights.board("other", 1, || None), Boarding::Full));
        flight.land(7);
        assert_eq!((landed(first).await, landed(second).await), (Some(7), Some(7)));
        assert!(matches!(flights.board("k", 1, || Some(8)), Boarding::Known(8)));
        assert!(matches!(flights.board("k", 1, || None), Boarding::Lead(..)));
    }

    #[tokio::test]
    async fn what_is_known_is_not_asked_for_and_what_is_not_is_asked_for_once() {
        let flights = Arc::new(Flights::default());
        let mut calls = Vec::new();
        let fetched = flights.fetch(|| panic!("it is known"), 1, || Some(1), |_: Flight<_, _>| panic!("it is known"));
        assert!(matches!(fetched, Fetched::Known(1)));
        let Fetched::UnderWay(first) = flights.fetch(|| "k", 1, || None, |flight| calls.push(flight)) else {
            panic!("nothing was known")
        };
        let Fetched::UnderWay(second) = flights.fetch(|| "k", 1, || None, |_| panic!("a call is under way")) else {
            panic!("a call is under way")
        };
        assert!(matches!(flights.fetch(|| "other", 1, || None, |_| panic!("one too many")), Fetched::Full));
        calls.remove(0).land(7);
        assert_eq!((landed(first).await, landed(second).await), (Some(7), Some(7)));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_call_that_is_given_up_learns_so() {
        let flights = Arc::new(Flights::<_, ()>::default());
        let Boarding::Lead(flight, told) = flights.board("k", 1, || None) else { panic!("nothing was known") };
        drop(flight);
        assert_eq!(landed(told).await, None);
        assert!(matches!(flights.board("k", 1, || None), Boarding::Lead(..)), "its place is free");
    }
}
