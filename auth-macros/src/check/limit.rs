//! Rates: so many requests, in what time.

use crate::diag::Sink;
use crate::model::Limit;
use crate::parse::RateLimit;

/// The units, with their seconds and what else people write for them.
const UNITS: &[(&str, u32, &[&str])] = &[
    ("s", 1, &["sec", "secs", "second", "seconds"]),
    ("min", 60, &["m", "mins", "minute", "minutes"]),
    ("h", 3600, &["hr", "hrs", "hour", "hours"]),
    ("day", 86_400, &["d", "days"]),
];

/// More than this is not a limit.
const REQUESTS_MAX: u32 = 1_000_000;

/// The rate, if it is one.
pub(super) fn check_limit(limit: &RateLimit, sink: &Sink) -> Option<Limit> {
    match read(&limit.rate.value()) {
        Ok((requests, seconds)) => Some(Limit { requests, seconds, by_address: limit.by_address }),
        Err(fault) => {
            sink.report(&limit.rate, fault);
            None
        }
    }
}

fn read(text: &str) -> Result<(u32, u32), String> {
    if text.trim().is_empty() {
        return Err("the limit is empty; write a rate, as in `100/min`".into());
    }
    if text.contains(char::is_whitespace) {
        let without: String = text.split_whitespace().collect();
        return Err(format!("the limit has a space; write `{}`", without.escape_debug()));
    }
    let shown = text.escape_debug();
    let Some((requests, unit)) = text.split_once('/') else {
        return Err(format!("`{shown}` does not say in what time; write `{shown}/s`, `/min`, `/h` or `/day`"));
    };
    let is_number = !requests.is_empty() && requests.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number {
        let requests = requests.escape_debug();
        return Err(format!("`{requests}` is not a number of requests; write a whole one, as in `100/min`"));
    }
    let Some((_, seconds, _)) = UNITS.iter().find(|(known, ..)| *known == unit) else {
        let meant = UNITS.iter().find(|(.., others)| others.contains(&unit.to_ascii_lowercase().as_str()));
        let remedy = match meant {
            Some((known, ..)) => format!("write `{requests}/{known}`"),
            None => "write one of `s`, `min`, `h`, `day`".into(),
        };
        return Err(format!("unknown unit `{}`; {remedy}", unit.escape_debug()));
    };
    match requests.parse::<u32>() {
        Ok(0) => Err(format!("a limit of `{shown}` lets nobody in; allow one request or more")),
        Ok(requests) if requests <= REQUESTS_MAX => Ok((requests, *seconds)),
        _ => Err(format!("a limit of `{shown}` limits nobody; allow at most {REQUESTS_MAX} requests, or drop it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_what_they_say() {
        assert_eq!(read("1/s"), Ok((1, 1)));
        assert_eq!(read("100/min"), Ok((100, 60)));
        assert_eq!(read("5/h"), Ok((5, 3600)));
        assert_eq!(read("1000000/day"), Ok((1_000_000, 86_400)));
    }

    #[test]
    fn what_is_not_a_rate_says_what_to_write() {
        for (text, fault) in [
            ("", "the limit is empty; write a rate, as in `100/min`"),
            ("100 / min", "the limit has a space; write `100/min`"),
            ("100", "`100` does not say in what time; write `100/s`, `/min`, `/h` or `/day`"),
            ("ten/min", "`ten` is not a number of requests; write a whole one, as in `100/min`"),
            ("-1/min", "`-1` is not a number of requests; write a whole one, as in `100/min`"),
            ("1.5/s", "`1.5` is not a number of requests; write a whole one, as in `100/min`"),
            ("/s", "`` is not a number of requests; write a whole one, as in `100/min`"),
            ("10/minute", "unknown unit `minute`; write `10/min`"),
            ("10/Sec", "unknown unit `Sec`; write `10/s`"),
            ("10/dya", "unknown unit `dya`; write one of `s`, `min`, `h`, `day`"),
            ("10/week", "unknown unit `week`; write one of `s`, `min`, `h`, `day`"),
            ("10/", "unknown unit ``; write one of `s`, `min`, `h`, `day`"),
            ("0/min", "a limit of `0/min` lets nobody in; allow one request or more"),
            ("1000001/s", "a limit of `1000001/s` limits nobody; allow at most 1000000 requests, or drop it"),
            ("99999999999/s", "a limit of `99999999999/s` limits nobody; allow at most 1000000 requests, or drop it"),
        ] {
            assert_eq!(read(text), Err(fault.to_owned()), "{text}");
        }
    }
}
