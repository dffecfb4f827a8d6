//! Monotonic time that tests can move.

use std::time::{Duration, Instant};

/// The monotonic clock, by which bounds and waits are measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopwatch {
    /// How far a test moved it.
    #[cfg(test)]
    moved: Option<tokio::sync::watch::Sender<Duration>>,
}

impl Stopwatch {
    pub(crate) fn now(&self) -> Instant {
        #[cfg(test)]
        if let Some(moved) = &self.moved {
            return Instant::now() + *moved.borrow();
        }
        Instant::now()
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        #[cfg(test)]
        if let Some(moved) = &self.moved {
            let (until, mut moved) = (self.now() + duration, moved.subscribe());
            while self.now() < until {
                let _ = tokio::time::timeout(until - self.now(), moved.changed()).await;
            }
            return;
        }
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
impl Stopwatch {
    /// One that tests move; clones move with it.
    pub(crate) fn movable() -> Self {
        Self { moved: Some(tokio::sync::watch::Sender::new(Duration::ZERO)) }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.moved.as_ref().unwrap().send_modify(|moved| *moved += by);
    }
}
