//! The circuit breaker: an endpoint that fails is left alone for a while, so that its failure costs callers no time and
//! its recovery meets no storm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::shares::Share;

/// Why an endpoint is left alone.
pub(crate) trait Cause: Copy {
    /// Of a call that was given up before it brought anything.
    const ABANDONED: Self;
    /// Its name in logs.
    fn label(self) -> &'static str;
}

/// Counts failures in a row, and those that may be one caller's only once for each. Closed, it lets calls pass; open, none; after a pause, one
/// that decides. Where that one fails for what may be its caller's fault, callers of other shares may try at once, as many as there are
/// failures that open it: nobody keeps it open alone.
#[derive(Debug)]
pub(crate) struct Breaker<C: Cause> {
    /// What it guards, as logs name it.
    guarded: &'static str,
    /// Whether those whom it turns away have caused it.
    of_strangers: bool,
    /// Failures in a row that open it.
    threshold: u32,
    pause: Duration,
    state: Mutex<State<C>>,
}

#[derive(Debug)]
struct State<C> {
    phase: Phase<C>,
    /// Whose failures in a row were counted.
    counted: Vec<Share>,
    /// Whose probes have failed, maybe by their own fault, since it was open for a whole pause.
    lost: Vec<Share>,
    /// Changes with each phase: what a call of an earlier one brings says nothing about this one.
    epoch: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase<C> {
    Closed { failures: u32 },
    Open { until: Instant, cause: C },
    Probing { cause: C },
}

/// The right to one call. Dropped without a result, a probe counts as failed and another call as not made.
#[derive(Debug)]
pub(crate) struct Permit<C: Cause> {
    breaker: Arc<Breaker<C>>,
    epoch: u64,
    probe: bool,
}

impl<C: Cause> Breaker<C> {
    pub(crate) fn new(guarded: &'static str, threshold: u32, pause: Duration) -> Self {
        Self {
            guarded,
            of_strangers: false,
            threshold,
            pause,
            state: Mutex::new(State {
                phase: Phase::Closed { failures: 0 },
                counted: Vec::new(),
                lost: Vec::new(),
                epoch: 0,
            }),
        }
    }

    /// One that turns strangers away, who may have caused it.
    pub(crate) fn of_strangers(guarded: &'static str, threshold: u32, pause: Duration) -> Self {
        Self { of_strangers: true, ..Self::new(guarded, threshold, pause) }
    }

    /// Whether it is not closed.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.lock().phase, Phase::Closed { .. })
    }

    /// Why no call of this caller can pass now, without using up the probe.
    pub(crate) fn refusal(&self, now: Instant, by: Share) -> Option<C> {
        let state = self.lock();
        match state.phase {
            Phase::Open { until, cause } if now < until && !state.may_try_at_once(by) => Some(cause),
            Phase::Probing { cause } => Some(cause),
            Phase::Open { .. } | Phase::Closed { .. } => None,
        }
    }

    /// # Errors
    /// The failure that keeps it open.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant, by: Share) -> Result<Permit<C>, C> {
        let mut state = self.lock();
        let probe = match state.phase {
            Phase::Closed { .. } => false,
            Phase::Open { until, cause } if now >= until => {
                state.lost.clear();
                state.enter(Phase::Probing { cause });
                true
            }
            Phase::Open { cause, .. } if state.may_try_at_once(by) => {
                state.enter(Phase::Probing { cause });
                true
            }
            Phase::Open { cause, .. } | Phase::Probing { cause } => return Err(cause),
        };
        Ok(Permit { breaker: Arc::clone(self), epoch: state.epoch, probe })
    }

    /// For a call that another breaker lets pass: what it brings counts here too.
    pub(crate) fn beside(self: &Arc<Self>) -> Permit<C> {
        Permit { breaker: Arc::clone(self), epoch: self.lock().epoch, probe: false }
    }

    /// `of` is whoever may have caused it; `None` where nobody can. Only a probe keeps open what is open.
    fn failed(&self, epoch: u64, probe: bool, now: Instant, cause: C, of: Option<Share>) {
        let mut state = self.lock();
        if state.epoch != epoch || !probe && !matches!(state.phase, Phase::Closed { .. }) {
            return;
        }
        if let (Phase::Closed { .. }, Some(share)) = (state.phase, of) {
            if state.counted.contains(&share) {
                return;
            }
            state.counted.push(share);
        }
        let failures = match state.phase {
            Phase::Closed { failures } => failures.saturating_add(1),
            Phase::Open { .. } | Phase::Probing { .. } => self.threshold,
        };
        if failures >= self.threshold {
            state.enter(Phase::Open { until: now + self.pause, cause });
            let was_told = !state.lost.is_empty();
            state.lose(of.filter(|_| probe), self.threshold);
            if was_told {
                return;
            }
            let (cause, pause_seconds, guarded) = (cause.label(), self.pause.as_secs_f64(), self.guarded);
            match self.of_strangers {
                true => tracing::warn!(cause, pause_seconds, "{guarded} keeps failing and is left alone for a while"),
                false => tracing::error!(cause, pause_seconds, "{guarded} keeps failing and is left alone for a while"),
            }
        } else {
            state.phase = Phase::Closed { failures };
        }
    }

    fn worked(&self, epoch: u64) {
        let mut state = self.lock();
        if state.epoch != epoch {
            return;
        }
        if let Phase::Closed { failures } = &mut state.phase {
            *failures = 0;
            state.counted.clear();
        } else {
            state.lost.clear();
            state.enter(Phase::Closed { failures: 0 });
            tracing::info!("{} works again", self.guarded);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> State<C> {
    /// Whether others have lost a probe, for what may have been their own fault, and this one has not.
    fn may_try_at_once(&self, by: Share) -> bool {
        !self.lost.is_empty() && !self.lost.contains(&by)
    }

    /// A probe has failed. So many that may be at fault themselves are as good as one that nobody is to blame for.
    fn lose(&mut self, probe: Option<Share>, most: u32) {
        match probe {
            Some(share) if self.lost.len() + 1 < most as usize => self.lost.push(share),
            _ => self.lost.clear(),
        }
    }

    fn enter(&mut self, phase: Phase<C>) {
        self.phase = phase;
        self.counted.clear();
        self.epoch = self.epoch.wrapping_add(1);
    }
}

impl<C: Cause> Permit<C> {
    pub(crate) fn worked(mut self) {
        self.probe = false;
        self.breaker.worked(self.epoch);
    }

    /// `of` is whoever may have caused it; `None` where nobody can.
    pub(crate) fn failed(mut self, now: Instant, cause: C, of: Option<Share>) {
        let probe = std::mem::take(&mut self.probe);
        self.breaker.failed(self.epoch, probe, now, cause, of);
    }
}

impl<C: Cause> Drop for Permit<C> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.failed(self.epoch, true, Instant::now(), C::ABANDONED, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Failure {
        Unreachable,
        TimedOut,
    }

    impl Cause for Failure {
        const ABANDONED: Self = Self::Unreachable;

        fn label(self) -> &'static str {
            "test"
        }
    }

    const PAUSE: Duration = Duration::from_secs(10);

    fn caller(number: u32) -> Share {
        Share::of(crate::http::peer::AddressShare::Unknown, number)
    }

    fn somebody() -> Share {
        caller(0)
    }

    fn open() -> (Arc<Breaker<Failure>>, Instant) {
        let (breaker, now) = (Arc::new(Breaker::new("it", 3, PAUSE)), Instant::now());
        for _ in 0..3 {
            breaker.admit(now, somebody()).unwrap().failed(now, Failure::TimedOut, None);
        }
        (breaker, now)
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_starts_the_count_anew() {
        let (breaker, now) = (Arc::new(Breaker::new("it", 3, PAUSE)), Instant::now());
        let fail = || breaker.admit(now, somebody()).unwrap().failed(now, Failure::Unreachable, None);
        fail();
        fail();
        breaker.admit(now, somebody()).unwrap().worked();
        fail();
        fail();
        assert_eq!(breaker.refusal(now, somebody()), None);
        fail();
        assert_eq!(breaker.refusal(now, somebody()), Some(Failure::Unreachable));
        assert_eq!(breaker.admit(now, somebody()).map(drop), Err(Failure::Unreachable));
    }

    #[test]
    fn after_the_pause_one_probe_passes_and_decides() {
        let (breaker, now) = open();
        let later = now + PAUSE;
        assert_eq!(breaker.admit(later - Duration::from_millis(1), somebody()).map(drop), Err(Failure::TimedOut));
        let probe = breaker.admit(later, somebody()).unwrap();
        assert_eq!(breaker.admit(later, somebody()).map(drop), Err(Failure::TimedOut), "one only");
        probe.failed(later, Failure::Unreachable, None);
        assert_eq!(
            breaker.admit(later + PAUSE / 2, somebody()).map(drop),
            Err(Failure::Unreachable),
            "open for another pause"
        );
        breaker.admit(later + PAUSE, somebody()).unwrap().worked();
        assert_eq!(breaker.refusal(later + PAUSE, somebody()), None);
    }

    #[test]
    fn a_probe_that_is_dropped_has_failed() {
        let (breaker, now) = open();
        drop(breaker.admit(now + PAUSE, somebody()).unwrap());
        assert!(breaker.refusal(Instant::now(), somebody()).is_some());
    }

    #[test]
    fn what_a_call_of_an_earlier_phase_brings_counts_no_more() {
        let (breaker, now) = (Arc::new(Breaker::new("it", 1, PAUSE)), Instant::now());
        let (late, later) = (breaker.admit(now, somebody()).unwrap(), breaker.admit(now, somebody()).unwrap());
        breaker.admit(now, somebody()).unwrap().failed(now, Failure::TimedOut, None);
        late.worked();
        assert_eq!(breaker.refusal(now, somebody()), Some(Failure::TimedOut));
        breaker.admit(now + PAUSE, somebody()).unwrap().worked();
        later.failed(now, Failure::TimedOut, None);
        assert_eq!(breaker.refusal(now, somebody()), None);
    }

    #[test]
    fn a_call_beside_closes_it_and_keeps_it_open_no_longer() {
        let (breaker, now) = open();
        breaker.beside().failed(now + PAUSE / 2, Failure::Unreachable, None);
        assert_eq!(breaker.refusal(now + PAUSE / 2, somebody()), Some(Failure::TimedOut));
        assert_eq!(breaker.refusal(now + PAUSE, somebody()), None, "the pause is over when it was");
        breaker.beside().worked();
        assert_eq!(breaker.refusal(now, somebody()), None, "it answers");
        for _ in 0..3 {
            breaker.beside().failed(now, Failure::Unreachable, None);
        }
        assert_eq!(breaker.refusal(now, somebody()), Some(Failure::Unreachable));
    }

    #[test]
    fn what_one_caller_may_have_caused_counts_once() {
        let (breaker, now) = (Arc::new(Breaker::new("it", 3, PAUSE)), Instant::now());
        let fail = |of| breaker.admit(now, somebody()).unwrap().failed(now, Failure::TimedOut, of);
        for _ in 0..10 {
            fail(Some(caller(1)));
        }
        assert_eq!(breaker.refusal(now, somebody()), None);
        breaker.admit(now, somebody()).unwrap().worked();
        fail(Some(caller(1)));
        fail(Some(caller(2)));
        fail(Some(caller(1)));
        assert_eq!(breaker.refusal(now, somebody()), None);
        fail(None);
        assert_eq!(breaker.refusal(now, somebody()), Some(Failure::TimedOut));
    }

    #[test]
    fn who_loses_a_probe_by_its_own_fault_keeps_nobody_else_from_the_next() {
        let (breaker, now) = open();
        let later = now + PAUSE;
        breaker.admit(later, caller(1)).unwrap().failed(later, Failure::TimedOut, Some(caller(1)));
        for _ in 0..3 {
            assert_eq!(breaker.refusal(later, caller(1)), Some(Failure::TimedOut), "it waits for a pause");
            assert_eq!(breaker.admit(later, caller(1)).map(drop), Err(Failure::TimedOut));
        }
        assert_eq!(breaker.refusal(later, caller(2)), None);
        let probe = breaker.admit(later, caller(2)).unwrap();
        assert_eq!(breaker.refusal(later, caller(3)), Some(Failure::TimedOut), "one at a time");
        probe.failed(later, Failure::TimedOut, Some(caller(2)));
        breaker.admit(later, caller(3)).unwrap().worked();
        assert_eq!(breaker.refusal(later, caller(1)), None, "it answers");
    }

    #[test]
    fn as_many_lost_probes_as_open_it_and_one_that_nobody_is_to_blame_for_keep_it_open() {
        for blamed in [[Some(caller(1)), Some(caller(2)), Some(caller(3))], [Some(caller(1)), None, None]] {
            let (breaker, now) = open();
            let later = now + PAUSE;
            let lost = blamed.into_iter().take_while(|of| {
                let probe = breaker.admit(later, of.unwrap_or(caller(9)));
                probe.map(|probe| probe.failed(later, Failure::TimedOut, *of)).is_ok()
            });
            assert_eq!(lost.count(), if blamed[1].is_some() { 3 } else { 2 });
            assert_eq!(breaker.refusal(later, caller(4)), Some(Failure::TimedOut));
            assert_eq!(breaker.refusal(later + PAUSE, caller(1)), None, "after a pause anybody may try");
        }
    }
}
