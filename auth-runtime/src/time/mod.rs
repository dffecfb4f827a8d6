//! Where the time comes from.

use std::time::{Duration, SystemTime};

use crate::denial::Reason;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds ignored: the `NumericDate` of RFC 7519 section 2.
pub type UnixTime = i64;

/// 2020-01-01: an earlier clock was never set.
const EARLIEST: UnixTime = 1_577_836_800;
/// 10000-01-01: a later clock is broken.
const LATEST: UnixTime = 253_402_300_800;

/// A source of wall time, replaced in tests. Durations are measured by the monotonic clock, not by this.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use auth_runtime::clock::Clock;
///
/// struct Unset;
/// impl Clock for Unset {
///     fn read(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH + Duration::from_secs(60)
///     }
/// }
/// assert!(Unset.now().is_err(), "1970 is no time to judge a token by");
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The wall time.
    fn read(&self) -> SystemTime;

    /// The wall time in whole seconds.
    ///
    /// # Errors
    /// [`Reason::ClockUnreadable`] for a time that cannot be right, which answers 503.
    fn now(&self) -> Result<UnixTime, Reason> {
        let since = self.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        match UnixTime::try_from(since.as_secs()) {
            Ok(now) if (EARLIEST..LATEST).contains(&now) => Ok(now),
            _ => Err(Reason::ClockUnreadable),
        }
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// Exact to a few milliseconds; tokens count in seconds.
    #[cfg(target_os = "linux")]
    fn read(&self) -> SystemTime {
        use nix::time::ClockId;

        match ClockId::CLOCK_REALTIME_COARSE.now() {
            Ok(now) => SystemTime::UNIX_EPOCH.checked_add(now.into()).unwrap_or(SystemTime::UNIX_EPOCH),
            Err(_) => SystemTime::now(),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn read(&self) -> SystemTime {
        SystemTime::now()
    }
}
