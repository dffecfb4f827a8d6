//! Points in time as people and programs read them in logs.

use std::fmt;
use std::time::{Duration, SystemTime};

/// A point in time in UTC, to the millisecond (RFC 3339 section 5.6).
pub(crate) struct Rfc3339(pub(crate) SystemTime);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.0.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute, second, millisecond) = (second / 3600, second / 60 % 60, second % 60, since.subsec_millis());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
    }
}

/// When a day begins in UTC, in seconds since 1970, where it is written as `2026-12-24` (RFC 3339 section 5.6).
#[cfg(feature = "session")]
pub(crate) fn beginning_of(day: &str) -> Option<super::UnixTime> {
    let number = |digits: &str, length| {
        let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u64>().ok())?
    };
    let (year, rest) = day.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    // The inverse of `date`, with years that begin in March.
    let (before, of_year) = (year.checked_sub(u64::from(month < 3))?, (month + 9) % 12);
    let days = 365 * before + before / 4 - before / 100 + before / 400 + (153 * of_year + 2) / 5 + day;
    let days = days.checked_sub(719_468 + 1)?;
    // There is no thirtieth of February.
    (date(days) == (year, month, day)).then(|| super::UnixTime::try_from(days * 86_400).ok())?
}

/// Year, month and day so many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    /// Days of 400 years, after which the calendar repeats itself.
    const ERA: u64 = 146_097;
    // Years begin in March here, so that the day that some lack is their last: 1970-01-01 is 719,468 days after 0000-03-01.
    let shifted = days.saturating_add(719_468);
    let (era, day) = (shifted / ERA, shifted % ERA);
    let year = (day - day / 1460 + day / 36_524 - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_date_writes_them() {
        let shown = |seconds: u64, ms: u64| {
            Rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(ms)).to_string()
        };
        assert_eq!(shown(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(951_782_400, 7), "2000-02-29T00:00:00.007Z");
        assert_eq!(shown(951_868_799, 999), "2000-02-29T23:59:59.999Z");
        assert_eq!(shown(951_868_800, 0), "2000-03-01T00:00:00.000Z");
        assert_eq!(shown(1_735_689_599, 0), "2024-12-31T23:59:59.000Z");
        assert_eq!(shown(1_735_689_600, 0), "2025-01-01T00:00:00.000Z");
        assert_eq!(shown(1_796_027_696, 500), "2026-11-30T08:34:56.500Z");
        assert_eq!(shown(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
        assert_eq!(shown(253_402_300_799, 0), "9999-12-31T23:59:59.000Z");
        assert_eq!(Rfc3339(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[cfg(feature = "session")]
    #[test]
    fn days_are_read_as_they_are_written() {
        for days in (0..110_000).chain([2_932_896]) {
            let (year, month, day) = date(days);
            let text = format!("{year:04}-{month:02}-{day:02}");
            assert_eq!(beginning_of(&text), Some(days as i64 * 86_400), "{text}");
        }
        for text in ["2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "1969-12-31", "0000-00-00"] {
            assert_eq!(beginning_of(text), None, "{text}");
        }
        for text in
            ["", "2026", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "+026-01-01", "2026-01-1 ", "2026/01/01"]
        {
            assert_eq!(beginning_of(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = date(0);
        for days in 1..800_000 {
            let (year, month, day) = date(days);
            let is_next_day = (year, month, day) == (before.0, before.1, before.2 + 1);
            let is_next_month = (year, month, day) == (before.0, before.1 + 1, 1) && before.2 >= 28;
            let is_next_year = (year, month, day) == (before.0 + 1, 1, 1) && (before.1, before.2) == (12, 31);
            assert!(is_next_day || is_next_month || is_next_year, "{before:?} {:?}", (year, month, day));
            before = (year, month, day);
        }
    }
}
