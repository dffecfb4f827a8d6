//! Where the time comes from.

mod rfc3339;

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

pub(crate) use self::rfc3339::Rfc3339;
#[cfg(feature = "session")]
pub(crate) use self::rfc3339::beginning_of;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds ignored: the `NumericDate` of RFC 7519 section 2.
pub type UnixTime = i64;

/// 2020-01-01: an earlier clock was never set.
const EARLIEST: UnixTime = 1_577_836_800;
/// 10000-01-01: a later clock is broken.
const LATEST: UnixTime = 253_402_300_800;
/// The largest leeway there may be: more is not a difference between clocks.
pub(crate) const LEEWAY_MAX: Duration = Duration::from_secs(3600);

/// Whole seconds, rounded up: who comes back then is not too early. At least one, since zero means at once.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

/// The clock shows a time that cannot be right: before 2020, or past 9999.
///
/// ```
/// use auth_runtime::clock::ClockError;
/// use auth_runtime::denial::Reason;
///
/// assert_eq!(ClockError.to_string(), "the clock stands before 2020 or past 9999");
/// assert_eq!(Reason::from(ClockError), Reason::ClockUnreadable, "answered 503");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a clock of the application makes it")]
pub struct ClockError;

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the clock stands before 2020 or past 9999")
    }
}

impl Error for ClockError {}

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
/// assert!(Unset.now().is_err(), "tokens cannot be judged by a clock that says 1970");
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The wall time.
    fn read(&self) -> SystemTime;

    /// The wall time in whole seconds.
    ///
    /// # Errors
    /// [`ClockError`] for a time that cannot be right.
    fn now(&self) -> Result<UnixTime, ClockError> {
        let since = self.read().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        match UnixTime::try_from(since.as_secs()) {
            Ok(now) if (EARLIEST..LATEST).contains(&now) => Ok(now),
            _ => Err(ClockError),
        }
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "the application makes it")]
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
