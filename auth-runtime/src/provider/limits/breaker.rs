//! The circuit breaker: an endpoint that fails is left alone for a while, so that its failure costs callers no time and
//! its recovery meets no storm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::introspection::endpoint::Failure;

/// Counts failures in a row. Closed, it lets calls pass; open, none; after a pause, one that decides.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row that open it.
    threshold: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Changes with each phase: what a call of an earlier one brings says nothing about this one.
    epoch: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed { failures: u32 },
    Open { until: Instant, cause: Failure },
    Probing { cause: Failure },
}

/// The right to one call. Dropped without a result, a probe counts as failed and another call as not made.
#[derive(Debug)]
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    epoch: u64,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(threshold: u32, pause: Duration) -> Self {
        Self { threshold, pause, state: Mutex::new(State { phase: Phase::Closed { failures: 0 }, epoch: 0 }) }
    }

    /// Why no call can pass now, without using up the probe.
    pub(crate) fn refusal(&self, now: Instant) -> Option<Failure> {
        match self.lock().phase {
            Phase::Open { until, cause } if now < until => Some(cause),
            Phase::Probing { cause } => Some(cause),
            Phase::Open { .. } | Phase::Closed { .. } => None,
        }
    }

    /// # Errors
    /// The failure that keeps it open.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant) -> Result<Permit, Failure> {
        let mut state = self.lock();
        let probe = match state.phase {
            Phase::Closed { .. } => false,
            Phase::Open { until, cause } if now >= until => {
                state.enter(Phase::Probing { cause });
                true
            }
            Phase::Open { cause, .. } | Phase::Probing { cause } => return Err(cause),
        };
        Ok(Permit { breaker: Arc::clone(self), epoch: state.epoch, probe })
    }

    fn failed(&self, epoch: u64, now: Instant, cause: Failure) {
        let mut state = self.lock();
        if state.epoch != epoch {
            return;
        }
        let failures = match state.phase {
            Phase::Closed { failures } => failures.saturating_add(1),
            Phase::Open { .. } | Phase::Probing { .. } => self.threshold,
        };
        if failures >= self.threshold {
            state.enter(Phase::Open { until: now + self.pause, cause });
            tracing::error!(
                cause = cause.label(),
                pause_seconds = self.pause.as_secs_f64(),
                "the introspection endpoint keeps failing and is left alone for a while"
            );
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
        } else {
            state.enter(Phase::Closed { failures: 0 });
            tracing::info!("the introspection endpoint works again");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch = self.epoch.wrapping_add(1);
    }
}

impl Permit {
    pub(crate) fn worked(mut self) {
        self.probe = false;
        self.breaker.worked(self.epoch);
    }

    pub(crate) fn failed(mut self, now: Instant, cause: Failure) {
        self.probe = false;
        self.breaker.failed(self.epoch, now, cause);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.failed(self.epoch, Instant::now(), Failure::Unreachable);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    fn open() -> (Arc<Breaker>, Instant) {
        let (breaker, now) = (Arc::new(Breaker::new(3, PAUSE)), Instant::now());
        for _ in 0..3 {
            breaker.admit(now).unwrap().failed(now, Failure::TimedOut);
        }
        (breaker, now)
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_starts_the_count_anew() {
        let (breaker, now) = (Arc::new(Breaker::new(3, PAUSE)), Instant::now());
        let fail = || breaker.admit(now).unwrap().failed(now, Failure::Unreachable);
        fail();
        fail();
        breaker.admit(now).unwrap().worked();
        fail();
        fail();
        assert_eq!(breaker.refusal(now), None);
        fail();
        assert_eq!(breaker.refusal(now), Some(Failure::Unreachable));
        assert_eq!(breaker.admit(now).map(drop), Err(Failure::Unreachable));
    }

    #[test]
    fn after_the_pause_one_probe_passes_and_decides() {
        let (breaker, now) = open();
        let later = now + PAUSE;
        assert_eq!(breaker.admit(later - Duration::from_millis(1)).map(drop), Err(Failure::TimedOut));
        let probe = breaker.admit(later).unwrap();
        assert_eq!(breaker.admit(later).map(drop), Err(Failure::TimedOut), "one only");
        probe.failed(later, Failure::Unreachable);
        assert_eq!(breaker.admit(later + PAUSE / 2).map(drop), Err(Failure::Unreachable), "open for another pause");
        breaker.admit(later + PAUSE).unwrap().worked();
        assert_eq!(breaker.refusal(later + PAUSE), None);
    }

    #[test]
    fn a_probe_that_is_dropped_has_failed() {
        let (breaker, now) = open();
        drop(breaker.admit(now + PAUSE).unwrap());
        assert!(breaker.refusal(Instant::now()).is_some());
    }

    #[test]
    fn what_a_call_of_an_earlier_phase_brings_counts_no_more() {
        let (breaker, now) = (Arc::new(Breaker::new(1, PAUSE)), Instant::now());
        let (late, later) = (breaker.admit(now).unwrap(), breaker.admit(now).unwrap());
        breaker.admit(now).unwrap().failed(now, Failure::TimedOut);
        late.worked();
        assert_eq!(breaker.refusal(now), Some(Failure::TimedOut));
        breaker.admit(now + PAUSE).unwrap().worked();
        later.failed(now, Failure::TimedOut);
        assert_eq!(breaker.refusal(now), None);
    }
}
