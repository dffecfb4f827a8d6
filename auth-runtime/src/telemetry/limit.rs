//! Events that a stranger, or every request, can cause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Events that one place in the code writes in a second.
const WRITTEN_MAX: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// Writes an event at most ten times a second; the next one after those that were left out says how many they were.
macro_rules! limited {
    ($level:ident, $($event:tt)+) => {{
        static LIMIT: $crate::telemetry::EventLimit = $crate::telemetry::EventLimit::new();
        if let Some(left_out) = LIMIT.turn(std::time::Instant::now()) {
            tracing::$level!(left_out, $($event)+);
        }
    }};
}

pub(crate) use limited;

/// How many events one place in the code has written.
pub(crate) struct EventLimit(Mutex<Option<Window>>);

struct Window {
    began: Instant,
    written: u32,
    left_out: u64,
}

impl EventLimit {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether an event is written, and how many were left out before it, if any were.
    pub(crate) fn turn(&self, now: Instant) -> Option<Option<u64>> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = window.get_or_insert(Window { began: now, written: 0, left_out: 0 });
        if now.saturating_duration_since(window.began) >= WINDOW {
            (window.began, window.written) = (now, 0);
        }
        if window.written >= WRITTEN_MAX {
            window.left_out += 1;
            return None;
        }
        window.written += 1;
        Some(Some(std::mem::take(&mut window.left_out)).filter(|left_out| *left_out > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_second_are_written_and_the_next_says_how_many_were_not() {
        let (limit, now) = (EventLimit::new(), Instant::now());
        let turns: Vec<_> = (0..25).filter_map(|_| limit.turn(now)).collect();
        assert_eq!(turns, [None; 10]);
        assert_eq!(limit.turn(now + WINDOW / 2), None);
        assert_eq!(limit.turn(now + WINDOW), Some(Some(16)));
        assert_eq!(limit.turn(now + WINDOW), Some(None));
    }
}
