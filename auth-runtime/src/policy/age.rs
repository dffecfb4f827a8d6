//! How long ago a caller may have been authenticated.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// How long ago a caller may have proved who it is, as `max_age = "5m"` says it.
///
/// It displays as the attribute would say it: `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaxAge {
    seconds: u32,
}

const UNITS: [(&str, u32); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

impl MaxAge {
    /// How the macros write it.
    #[doc(hidden)]
    pub const fn seconds(seconds: u32) -> Self {
        Self { seconds }
    }

    /// As a duration, of whole seconds.
    pub const fn as_duration(&self) -> Duration {
        Duration::from_secs(self.seconds as u64)
    }

    /// In seconds, as challenges say it.
    pub(crate) const fn as_secs(self) -> u32 {
        self.seconds
    }

    /// For sentences: `5 min`.
    pub(crate) fn in_words(self) -> String {
        let written = self.to_string();
        let (number, unit) = written.split_at(written.len().saturating_sub(1));
        let unit = match unit {
            "d" if number == "1" => "day",
            "d" => "days",
            "m" => "min",
            other => other,
        };
        format!("{number} {unit}")
    }

    /// What a text says; `None` where it is not one as it is written.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let read = |(unit, seconds): &(&str, u32)| {
            let number = text.strip_suffix(unit)?;
            let is_plain = !number.starts_with(['0', '+']);
            number.parse::<u32>().ok().filter(|_| is_plain)?.checked_mul(*seconds).map(Self::seconds)
        };
        UNITS.iter().find_map(read).filter(|age| age.to_string() == text)
    }
}

/// In the largest unit in which it is a whole number.
impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, seconds): &&(&str, u32)| self.seconds.is_multiple_of(*seconds);
        let (unit, seconds) = UNITS.iter().find(fits).filter(|_| self.seconds > 0).unwrap_or(&("s", 1));
        write!(f, "{}{unit}", self.seconds / seconds)
    }
}

/// In seconds.
impl Serialize for MaxAge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_as_it_is_written_and_in_no_other_way() {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("5m", 300), ("1h", 3600), ("36h", 129_600), ("2d", 172_800)] {
            let age = MaxAge::read(text).unwrap();
            assert_eq!((age.as_secs(), age.to_string()), (seconds, text.to_owned()));
        }
        for text in
            ["", "5", "m", "60s", "0s", "05m", "+5m", "5 m", "5min", "1.5h", "-1s", "99999999999s", "4294967295d"]
        {
            assert_eq!(MaxAge::read(text), None, "{text}");
        }
    }
}
