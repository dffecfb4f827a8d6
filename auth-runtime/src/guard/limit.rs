//! How many events of refusals are written: a stranger causes as many refusals as the line carries, and must not fill the
//! disk with them, nor bury what others did.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::policy::PolicySpec;
use crate::shares::{KnownCallers, Presented};

/// Events of one policy, reason and address share in one window.
const WRITTEN_MAX: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);
/// Address shares told apart in one window; further ones are one share.
const SHARES_MAX: usize = 64;
/// Kinds of refusals before those that are over are forgotten.
const KINDS_MAX: usize = 1024;
/// Address shares that a summary names.
const NAMED_MAX: usize = 3;

/// What is written in this process. Only refusals come here, and only where somebody listens to them.
#[derive(Default)]
pub(crate) struct RefusalLimit {
    windows: Mutex<HashMap<RefusalKind, Window>>,
    firsts: FirstRefusals,
}

/// Who was good and has been refused since, within the last hour: only the first refusal of each is never left out.
#[derive(Default)]
pub(crate) struct FirstRefusals(KnownCallers);

impl FirstRefusals {
    /// Whether this is the first refusal of whoever has this mark; asked again, it is not. Where too many were refused, none is.
    pub(crate) fn is_first(&self, once_good: u64, address: AddressShare, now: Instant) -> bool {
        self.0.mark(once_good, now).is_none() && self.0.insert(Presented::unguessable(once_good, address), now)
    }
}

/// A policy's refusals for one reason, by their names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RefusalKind {
    policy: &'static str,
    reason: &'static str,
}

impl RefusalKind {
    pub(crate) fn new(policy: &'static PolicySpec, reason: Reason) -> Self {
        Self { policy: policy.handler, reason: reason.label() }
    }
}

struct Window {
    began: Instant,
    shares: HashMap<AddressShare, Share>,
    /// All that are more than the window tells apart.
    others: Share,
    /// Whether somebody will come for the summary.
    awaited: bool,
}

#[derive(Clone, Copy, Default)]
struct Share {
    written: u32,
    left_out: u64,
}

/// What to do with the event of a refusal.
pub(crate) struct Turn {
    /// Whether it is written.
    pub(crate) write: bool,
    /// What an earlier window left out and nobody came for.
    pub(crate) overdue: Option<LeftOut>,
    /// After how long [`RefusalLimit::close`] is to be called for what is left out now.
    pub(crate) close_in: Option<Duration>,
}

/// What a window left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) events: u64,
    /// Address shares they came from; past [`SHARES_MAX`] at least so many.
    pub(crate) callers: usize,
    /// The largest of them, with their parts.
    pub(crate) largest: String,
}

impl RefusalLimit {
    /// The one of this process.
    pub(crate) fn of_process() -> &'static Self {
        static LIMIT: LazyLock<RefusalLimit> = LazyLock::new(RefusalLimit::default);
        &LIMIT
    }

    /// Takes note of a refusal.
    pub(crate) fn turn(
        &self,
        kind: RefusalKind,
        address: AddressShare,
        once_good: impl FnOnce() -> Option<u64>,
        now: Instant,
    ) -> Turn {
        let mut windows = self.windows();
        if windows.len() >= KINDS_MAX && !windows.contains_key(&kind) {
            windows.retain(|_, window| window.awaited || now.duration_since(window.began) < WINDOW);
        }
        let window = windows.entry(kind).or_insert_with(|| Window::new(now));
        let mut overdue = None;
        if now.duration_since(window.began) >= WINDOW {
            overdue = std::mem::replace(window, Window::new(now)).left_out();
        }
        let share = window.share(address);
        let is_among = share.written < WRITTEN_MAX;
        // Asked only where it makes a difference: what is written anyway may be the first or not.
        let write = is_among || once_good().is_some_and(|once_good| self.firsts.is_first(once_good, address, now));
        if is_among {
            share.written += 1;
        } else if !write {
            share.left_out += 1;
        }
        let close = !write && !window.awaited;
        window.awaited |= close;
        let close_in = close.then(|| WINDOW.saturating_sub(now.duration_since(window.began)));
        Turn { write, overdue, close_in }
    }

    /// Ends a window that is over, and says what it left out.
    pub(crate) fn close(&self, kind: RefusalKind, now: Instant) -> Option<LeftOut> {
        let mut windows = self.windows();
        let over = windows.get(&kind).is_some_and(|window| now.duration_since(window.began) >= WINDOW);
        if over { windows.remove(&kind).and_then(Window::left_out) } else { None }
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<RefusalKind, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn new(began: Instant) -> Self {
        Self { began, shares: HashMap::new(), others: Share::default(), awaited: false }
    }

    fn share(&mut self, address: AddressShare) -> &mut Share {
        if self.shares.len() >= SHARES_MAX && !self.shares.contains_key(&address) {
            return &mut self.others;
        }
        self.shares.entry(address).or_default()
    }

    fn left_out(self) -> Option<LeftOut> {
        let known = self.shares.iter().map(|(address, share)| (Some(*address), *share));
        let mut shares: Vec<_> = known.chain([(None, self.others)]).filter(|(_, share)| share.left_out > 0).collect();
        shares.sort_by_key(|(_, share)| std::cmp::Reverse(share.left_out));
        let events = shares.iter().map(|(_, share)| share.left_out).sum();
        let named = shares.iter().take(NAMED_MAX).map(|(address, share)| match address {
            Some(address) => format!("{address}: {}", share.left_out),
            None => format!("others: {}", share.left_out),
        });
        let largest = named.collect::<Vec<_>>().join(", ");
        (events > 0).then_some(LeftOut { events, callers: shares.len(), largest })
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    const KIND: RefusalKind = RefusalKind { policy: "handler", reason: "credentials_wrong" };

    fn from(host: u32) -> AddressShare {
        AddressShare::of(Some(SocketAddr::from((host.to_be_bytes(), 1))))
    }

    /// The number of events written out of so many.
    fn written(limit: &RefusalLimit, kind: RefusalKind, address: AddressShare, times: u32, now: Instant) -> usize {
        (0..times).filter(|_| limit.turn(kind, address, || None, now).write).count()
    }

    #[test]
    fn one_caller_fills_its_own_share_and_no_others() {
        let (limit, now) = (RefusalLimit::default(), Instant::now());
        assert_eq!(written(&limit, KIND, from(1), 1000, now), 10);
        assert_eq!(written(&limit, KIND, from(2), 3, now), 3);
        let other = RefusalKind { reason: "token_expired", ..KIND };
        assert_eq!(written(&limit, other, from(1), 1000, now), 10);
        let later = now + WINDOW;
        let expected = LeftOut { events: 990, callers: 1, largest: "0.0.0.1: 990".into() };
        assert_eq!(limit.close(KIND, later), Some(expected));
        assert_eq!(limit.close(KIND, later), None, "said once");
        assert_eq!(written(&limit, KIND, from(1), 1000, later), 10);
    }

    #[test]
    fn the_first_that_is_left_out_asks_for_the_summary() {
        let (limit, now) = (RefusalLimit::default(), Instant::now());
        assert_eq!(written(&limit, KIND, from(1), 10, now), 10);
        let soon = now + WINDOW / 4;
        assert_eq!(limit.turn(KIND, from(1), || None, soon).close_in, Some(WINDOW * 3 / 4));
        assert_eq!(limit.turn(KIND, from(1), || None, soon).close_in, None);
        assert_eq!(limit.close(KIND, soon), None, "not over yet");
        // Nobody came: the next refusal brings it.
        let overdue = limit.turn(KIND, from(2), || None, now + WINDOW * 2).overdue.expect("a summary");
        assert_eq!((overdue.events, overdue.callers), (2, 1));
    }

    #[test]
    fn many_callers_are_named_by_their_largest_and_kept_in_bounded_memory() {
        let (limit, now) = (RefusalLimit::default(), Instant::now());
        let mut all = 0;
        for host in 0..10_000 {
            all += written(&limit, KIND, from(host), 12 + u32::from(host == 7) * 100, now);
        }
        assert_eq!(all, (SHARES_MAX + 1) * 10);
        let left_out = limit.close(KIND, now + WINDOW).expect("a summary");
        assert_eq!(left_out.events, 10_000 * 12 + 100 - all as u64);
        assert_eq!(left_out.callers, SHARES_MAX + 1);
        assert!(left_out.largest.starts_with("others: 119222, 0.0.0.7: 102, 0.0.0."), "{left_out:?}");
    }

    #[test]
    fn the_first_refusal_of_whoever_was_good_is_written_once_however_many_others_are_left_out() {
        let (limit, now) = (RefusalLimit::default(), Instant::now());
        assert_eq!(written(&limit, KIND, from(1), 1000, now), 10);
        let of = |once_good, now| limit.turn(KIND, from(1), || Some(once_good), now).write;
        assert!(of(7, now) && !of(7, now) && of(8, now));
        assert_eq!(limit.close(KIND, now + WINDOW).map(|left_out| left_out.events), Some(991));
        // An hour later it is the first again. More than are told apart are not firsts.
        let later = now + Duration::from_secs(3600);
        assert_eq!(written(&limit, KIND, from(1), 1000, later), 10);
        assert!(of(7, later));
        let firsts = (0..100_000).filter(|number| of(*number, later)).count();
        assert_eq!(firsts, 4095, "one address is no more than a part of all");
    }

    #[test]
    fn kinds_that_are_over_are_forgotten() {
        let (limit, now) = (RefusalLimit::default(), Instant::now());
        let labels: Vec<&'static str> = (0..3000).map(|label| &*label.to_string().leak()).collect();
        for (second, reason) in labels.iter().enumerate() {
            limit.turn(RefusalKind { reason, ..KIND }, from(1), || None, now + WINDOW * u32::try_from(second).unwrap());
        }
        assert!(limit.windows().len() <= KINDS_MAX);
    }
}
