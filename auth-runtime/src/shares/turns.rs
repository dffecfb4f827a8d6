//! Turns at what is scarce: so many at once, and a bounded queue in which callers take turns, however many requests each sends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time;

use super::{Claimant, Share};

/// How far a turn moves its share back in the queue.
const STEP: u64 = 4;
/// How far it moves the network that the share is in, which so gets as many turns as four shares.
const NETWORK_STEP: u64 = 1;
/// After so many turns in a row of callers that are known, one is a stranger's, if any waits.
const KNOWN_IN_A_ROW: u32 = 3;

/// Turns, and who waits for one. Callers that are known wait in a queue of their own, which no stranger can fill.
pub(crate) struct Turns {
    at_once: usize,
    waiting_max: usize,
    wait: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    strangers: Queue,
    known: Queue,
    known_in_a_row: u32,
    /// Tells those who wait apart.
    last: u64,
}

/// Who waits, by start-time fair queueing: each share's requests are a step apart, so that a share with one is never behind
/// the second of another.
#[derive(Default)]
struct Queue {
    waiting: Vec<Waiter>,
    /// The place in line of whoever had the last turn.
    clock: u64,
}

struct Waiter {
    number: u64,
    share: Share,
    /// The place in line.
    place: u64,
    network_place: u64,
    call: oneshot::Sender<Turn>,
}

/// The right to be at it, until dropped. It may go on in a task of its own, whatever becomes of the request.
pub(crate) struct Turn(Arc<Turns>);

/// Waiting for a turn; dropped, the place in the queue is free.
struct Waiting {
    turns: Arc<Turns>,
    number: u64,
    is_known: bool,
    called: oneshot::Receiver<Turn>,
}

impl Turns {
    /// So many at once, so many waiting in each queue, each at most so long.
    pub(crate) fn new(at_once: usize, waiting_max: usize, wait: Duration) -> Arc<Self> {
        Arc::new(Self { at_once, waiting_max, wait, state: Mutex::default() })
    }

    /// Waits for a turn; `None` where too many wait already, one with fewer requests took the place, or it takes too long.
    pub(crate) async fn turn(self: &Arc<Self>, claimant: Claimant) -> Option<Turn> {
        match self.enter(claimant)? {
            Entered::Turn(turn) => Some(turn),
            Entered::Waiting(mut waiting) => time::timeout(self.wait, &mut waiting.called).await.ok()?.ok(),
        }
    }

    fn enter(self: &Arc<Self>, claimant: Claimant) -> Option<Entered> {
        let (share, is_known) = (claimant.share, claimant.is_known());
        let mut state = self.state();
        if state.running < self.at_once {
            state.running += 1;
            return Some(Entered::Turn(Turn(Arc::clone(self))));
        }
        state.last += 1;
        let (number, (call, called)) = (state.last, oneshot::channel());
        let queue = if is_known { &mut state.known } else { &mut state.strangers };
        let (place, network_place) = queue.place(share);
        let displaced = if queue.waiting.len() < self.waiting_max { None } else { Some(queue.behind(place)?) };
        queue.waiting.push(Waiter { number, share, place, network_place, call });
        let displaced = displaced.map(|index| queue.waiting.swap_remove(index));
        drop(state);
        drop(displaced);
        Some(Entered::Waiting(Waiting { turns: Arc::clone(self), number, is_known, called }))
    }

    /// Somebody is done: calls whoever is next.
    fn leave(self: &Arc<Self>) {
        let mut state = self.state();
        state.running = state.running.saturating_sub(1);
        let Some(next) = state.next() else { return };
        state.running += 1;
        drop(state);
        // Whoever does not wait any more drops the turn, which calls the next.
        let _ = next.call.send(Turn(Arc::clone(self)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        let state = self.state();
        state.known.waiting.len() + state.strangers.waiting.len()
    }
}

enum Entered {
    Turn(Turn),
    Waiting(Waiting),
}

impl State {
    fn next(&mut self) -> Option<Waiter> {
        let strangers_turn = self.known_in_a_row >= KNOWN_IN_A_ROW && !self.strangers.waiting.is_empty();
        if let Some(known) = if strangers_turn { None } else { self.known.take() } {
            self.known_in_a_row = self.known_in_a_row.saturating_add(1);
            return Some(known);
        }
        self.known_in_a_row = 0;
        self.strangers.take()
    }
}

impl Queue {
    /// The place in line of the next request of a share, and of its network.
    fn place(&self, share: Share) -> (u64, u64) {
        let network = share.network();
        let (mut last, mut network_last) = (self.clock, self.clock);
        for waiter in &self.waiting {
            if waiter.share == share {
                last = last.max(waiter.place);
            }
            if network.is_some() && waiter.share.network() == network {
                network_last = network_last.max(waiter.network_place);
            }
        }
        let network_place = network_last + NETWORK_STEP;
        (network_place.max(last + STEP), network_place)
    }

    /// Who is last in line, if that is behind this place.
    fn behind(&self, place: u64) -> Option<usize> {
        let last = self.waiting.iter().enumerate().max_by_key(|(_, waiter)| (waiter.place, waiter.number));
        last.filter(|(_, waiter)| waiter.place > place).map(|(index, _)| index)
    }

    fn take(&mut self) -> Option<Waiter> {
        let first = self.waiting.iter().enumerate().min_by_key(|(_, waiter)| (waiter.place, waiter.number));
        let first = first.map(|(index, _)| index)?;
        let waiter = self.waiting.swap_remove(first);
        self.clock = waiter.place;
        Some(waiter)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        let queue = if self.is_known { &mut state.known } else { &mut state.strangers };
        let place = queue.waiting.iter().position(|waiter| waiter.number == self.number);
        let gone = place.map(|index| queue.waiting.swap_remove(index));
        drop(state);
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    use super::*;
    use crate::http::peer::AddressShare;

    const WAIT: Duration = Duration::from_secs(60);

    fn at(address: &str) -> Claimant {
        let address: SocketAddr = address.parse().unwrap();
        Claimant::stranger(Share::Address(AddressShare::of(Some(address))))
    }

    fn host(number: u32) -> Claimant {
        at(&format!("{}:1", std::net::Ipv4Addr::from_bits(number)))
    }

    type Pending = std::pin::Pin<Box<dyn Future<Output = Option<Turn>>>>;

    fn asks(turns: &Arc<Turns>, claimant: Claimant) -> Pending {
        let turns = Arc::clone(turns);
        let mut asks: Pending = Box::pin(async move { turns.turn(claimant).await });
        assert!((&mut asks).now_or_never().is_none(), "waits");
        asks
    }

    fn refused(turns: &Arc<Turns>, claimant: Claimant) -> bool {
        turns.turn(claimant).now_or_never().is_some_and(|turn| turn.is_none())
    }

    /// Ends one turn after the other, and says in which order those who wait had theirs.
    fn order(first: Turn, mut waiting: Vec<(&'static str, Pending)>) -> Vec<&'static str> {
        let (mut turn, mut order) = (Some(first), Vec::new());
        while turn.take().is_some() {
            let called = waiting.iter_mut().enumerate().find_map(|(index, (_, asks))| {
                let called = asks.now_or_never()?;
                Some((index, called))
            });
            if let Some((index, called)) = called {
                order.push(waiting.remove(index).0);
                turn = called;
            }
        }
        order
    }

    fn busy(waiting_max: usize) -> (Arc<Turns>, Turn) {
        let turns = Turns::new(1, waiting_max, WAIT);
        let turn = turns.turn(host(0)).now_or_never().flatten().unwrap();
        (turns, turn)
    }

    #[actix_web::test]
    async fn callers_take_turns_however_much_each_asks_for() {
        let (turns, turn) = busy(16);
        let mut waiting: Vec<_> = (0..4).map(|_| ("flood", asks(&turns, host(1)))).collect();
        waiting.push(("one", asks(&turns, host(2))));
        waiting.push(("two", asks(&turns, host(3))));
        waiting.push(("two", asks(&turns, host(3))));
        assert_eq!(order(turn, waiting), ["flood", "one", "two", "flood", "two", "flood", "flood"]);
        assert_eq!(turns.waiting(), 0);
    }

    #[actix_web::test]
    async fn a_full_queue_takes_a_place_from_whoever_has_most() {
        let (turns, turn) = busy(4);
        let mut flood: Vec<_> = (0..4).map(|_| asks(&turns, host(1))).collect();
        assert!(refused(&turns, host(1)), "a share cannot displace itself");
        let mut one = asks(&turns, host(2));
        assert!(flood.pop().unwrap().now_or_never().is_some_and(|turn| turn.is_none()), "the last of those who wait");
        let _others: Vec<_> = (3..5).map(|number| asks(&turns, host(number))).collect();
        assert!(refused(&turns, host(5)), "all have one");
        drop(turn);
        assert!(flood.remove(0).now_or_never().flatten().is_some());
        assert!((&mut one).now_or_never().flatten().is_some());
    }

    #[actix_web::test]
    async fn a_network_has_as_many_turns_as_four_addresses() {
        let (turns, turn) = busy(64);
        let mut waiting = Vec::new();
        for number in 0..12 {
            waiting.push(("network", asks(&turns, at(&format!("[2001:db8:1:{number:x}::1]:1")))));
        }
        waiting.push(("one", asks(&turns, host(1))));
        waiting.push(("one", asks(&turns, host(1))));
        let order = order(turn, waiting);
        assert_eq!(order.iter().position(|who| *who == "one"), Some(4));
        assert_eq!(order.iter().rposition(|who| *who == "one"), Some(9));
    }

    #[actix_web::test]
    async fn those_who_are_known_come_first_and_leave_strangers_every_fourth_turn() {
        let (turns, turn) = busy(8);
        let mut waiting: Vec<_> = (0..8).map(|number| ("stranger", asks(&turns, host(number)))).collect();
        for number in 0..6 {
            waiting.push(("known", asks(&turns, Claimant::known(Share::Credential(number)))));
        }
        let order = order(turn, waiting);
        let (known, stranger) = ("known", "stranger");
        assert_eq!(order[..8], [known, known, known, stranger, known, known, known, stranger]);
    }

    #[actix_web::test]
    async fn whoever_goes_away_leaves_the_queue_and_a_turn_that_came_too_late_goes_on() {
        let (turns, turn) = busy(8);
        let gone = asks(&turns, host(1));
        let mut next = asks(&turns, host(2));
        drop(gone);
        assert_eq!(turns.waiting(), 1);
        let called_and_gone = asks(&turns, host(3));
        drop(turn);
        let turn = (&mut next).now_or_never().flatten().unwrap();
        drop(turn);
        // It was called, but never looked.
        drop(called_and_gone);
        assert!(turns.turn(host(4)).now_or_never().flatten().is_some());
    }

    #[actix_web::test]
    async fn whoever_waits_too_long_gives_up() {
        let turns = Turns::new(1, 8, Duration::from_millis(10));
        let _turn = turns.turn(host(0)).await.unwrap();
        assert!(turns.turn(host(1)).await.is_none());
        assert_eq!(turns.waiting(), 0);
    }

    proptest! {
        #[test]
        fn no_more_are_at_it_than_may_be_and_nobody_is_forgotten(
            at_once in 1usize..4,
            steps in prop::collection::vec((0u32..6, any::<bool>(), 0u8..4), 1..200),
        ) {
            // The timer of those who wait needs a runtime.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let _within = runtime.enter();
            let turns = Turns::new(at_once, 8, WAIT);
            let (mut waiting, mut running) = (Vec::<Pending>::new(), Vec::new());
            for (who, known, step) in steps {
                let claimant = if known { Claimant::known(Share::Credential(who.into())) } else { host(who) };
                match step {
                    0 | 1 => {
                        let turns = Arc::clone(&turns);
                        waiting.push(Box::pin(async move { turns.turn(claimant).await }));
                    }
                    2 if !running.is_empty() => drop(running.remove(who as usize % running.len())),
                    3 if !waiting.is_empty() => drop(waiting.remove(who as usize % waiting.len())),
                    _ => {}
                }
                // Twice: one that comes may take the place of one that was asked before.
                for _ in 0..2 {
                    waiting.retain_mut(|asks| match asks.now_or_never() {
                        Some(called) => {
                            running.extend(called);
                            false
                        }
                        None => true,
                    });
                }
                prop_assert!(running.len() <= at_once);
                prop_assert!(turns.waiting() <= 16 && turns.waiting() == waiting.len());
                prop_assert!(running.len() == at_once || waiting.is_empty());
            }
        }
    }
}
