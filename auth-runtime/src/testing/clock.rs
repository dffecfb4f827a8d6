//! A clock that stands until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::time::{Clock, UnixTime};

/// A clock that stands until it is moved. Clones share the time.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::{clock::Clock, testing::ManualClock};
///
/// let clock = ManualClock::at(1_700_000_000);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().unwrap(), 1_700_000_090);
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `time`, in seconds since 1970.
    pub fn at(time: UnixTime) -> Self {
        Self(Arc::new(AtomicI64::new(time)))
    }

    /// Sets the time, in seconds since 1970.
    pub fn set(&self, time: UnixTime) {
        self.0.store(time, Ordering::SeqCst);
    }

    /// Moves the time forward by whole seconds.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_secs()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn read(&self) -> SystemTime {
        let seconds = u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0);
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}
