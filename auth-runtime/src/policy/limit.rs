//! How many requests of one caller a policy lets in.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// So many requests of each caller in a period, as `limit = "100/min"` says it.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::{policy, registry};
///
/// policy! { Reports: bearer, limit = "5/min"; }
///
/// # fn main() {
/// let policy = registry::policies().find(|policy| policy.handler().ends_with("::Reports")).unwrap();
/// let limit = policy.limit().unwrap();
/// assert_eq!((limit.requests(), limit.period()), (5, Duration::from_secs(60)));
/// assert_eq!(limit.to_string(), "5/min");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Limit {
    requests: u32,
    seconds: u32,
    by: LimitBy,
}

/// How callers are told apart where they are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LimitBy {
    /// By who they are, and where nobody is known by address.
    Caller,
    /// By address, whoever they are.
    Address,
}

const UNITS: [(&str, u32); 4] = [("s", 1), ("min", 60), ("h", 3600), ("day", 86_400)];

impl Limit {
    /// How many requests; so many at once, and as many in each period.
    pub const fn requests(&self) -> u32 {
        self.requests
    }

    /// In what time.
    pub const fn period(&self) -> Duration {
        Duration::from_secs(self.seconds as u64)
    }

    /// How callers are told apart.
    pub const fn by(&self) -> LimitBy {
        self.by
    }

    /// What a rate says, of callers; `None` where it is not one as it is written.
    pub(crate) fn read(rate: &str) -> Option<Self> {
        let (requests, unit) = rate.split_once('/')?;
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        let is_plain = !requests.starts_with(['0', '+']);
        requests.parse().ok().filter(|_| is_plain).map(|requests| Self::by_caller(requests, *seconds))
    }

    /// The same of addresses.
    pub(crate) const fn of_addresses(self) -> Self {
        Self { by: LimitBy::Address, ..self }
    }

    /// Whether whoever keeps to this one keeps to the other, too.
    pub(crate) const fn is_within(&self, other: &Self) -> bool {
        let is_slower = self.requests as u64 * other.seconds as u64 <= other.requests as u64 * self.seconds as u64;
        is_slower
            && self.requests <= other.requests
            && matches!(self.by, LimitBy::Caller) == matches!(other.by, LimitBy::Caller)
    }
}

/// How the macros write a limit.
#[doc(hidden)]
impl Limit {
    pub const fn by_caller(requests: u32, seconds: u32) -> Self {
        Self { requests, seconds, by: LimitBy::Caller }
    }

    pub const fn by_address(requests: u32, seconds: u32) -> Self {
        Self { by: LimitBy::Address, ..Self::by_caller(requests, seconds) }
    }
}

/// As the attribute says it: `100/min`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, seconds)| *seconds == self.seconds) {
            Some((unit, _)) => write!(f, "{}/{unit}", self.requests),
            None => write!(f, "{}/{}s", self.requests, self.seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_limit_is_within_another_that_lets_in_no_less() {
        let within = |one: &str, other: &str| Limit::read(one).unwrap().is_within(&Limit::read(other).unwrap());
        assert!(within("5/min", "5/min") && within("5/min", "6/min") && within("1/min", "60/h"));
        assert!(!within("6/min", "5/min") && !within("60/min", "1/s"), "more at once");
        assert!(!within("1/s", "2/min"), "more in time");
        assert!(!Limit::by_address(1, 1).is_within(&Limit::by_caller(1, 1)));
    }
}
