//! Waiting for what happens elsewhere.

use std::thread;
use std::time::{Duration, Instant};

/// Waits until something holds; returns how long that took.
#[track_caller]
pub fn await_that(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < patience, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
    begun.elapsed()
}
