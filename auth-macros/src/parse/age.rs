//! `max_age = "5m"`: how long ago a caller may have been authenticated.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Error, Result};

use super::value::{parse_literal, rest};
use crate::diag::written;
use crate::model::MaxAge;

/// The units, with their seconds and what else people write for them.
const UNITS: &[(&str, u32, &[&str])] = &[
    ("s", 1, &["sec", "secs", "second", "seconds"]),
    ("m", 60, &["min", "mins", "minute", "minutes"]),
    ("h", 3600, &["hr", "hrs", "hour", "hours"]),
    ("d", 86_400, &["day", "days"]),
];

/// More than this says nothing about an authentication.
const DAYS_MAX: u32 = 366;

/// A duration in quotes.
pub(crate) fn parse_max_age(input: ParseStream<'_>, what: &str) -> Result<MaxAge> {
    let whole = rest(&input.fork());
    let literal = parse_literal(input, what).map_err(|_| {
        let shown = written(&whole);
        let is_number = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit());
        let example = if is_number { format!("{shown}s") } else { "5m".to_owned() };
        fault(&whole, format!("`{shown}` does not fit {what}; write a duration in quotes, as in `\"{example}\"`"))
    })?;
    match read(&literal.value()) {
        Ok(seconds) => Ok(MaxAge { seconds }),
        Err(said) => Err(fault(&literal.to_token_stream(), said)),
    }
}

fn fault(at: &TokenStream, said: String) -> Error {
    Error::new_spanned(at, said)
}

fn read(text: &str) -> std::result::Result<u32, String> {
    if text.trim().is_empty() {
        return Err("the maximum age is empty; write a duration, as in `5m`".into());
    }
    if text.contains(char::is_whitespace) {
        let without: String = text.split_whitespace().collect();
        return Err(format!("the maximum age has a space; write `{}`", without.escape_debug()));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shown = text.escape_debug();
    if number.is_empty() || unit.starts_with(['.', ',']) {
        return Err(format!("`{shown}` is not a duration; write a whole number and a unit, as in `5m`"));
    }
    if unit.is_empty() {
        return Err(format!("`{shown}` lacks its unit; write `{shown}s`, or `m`, `h`, `d`"));
    }
    let Some((_, seconds, _)) = UNITS.iter().find(|(known, ..)| *known == unit) else {
        let meant = UNITS.iter().find(|(known, _, others)| {
            let unit = unit.to_ascii_lowercase();
            *known == unit || others.contains(&&*unit)
        });
        let remedy = match meant {
            Some((known, ..)) => format!("write `{number}{known}`"),
            None => "write one of `s`, `m`, `h`, `d`".into(),
        };
        return Err(format!("unknown unit `{}`; {remedy}", unit.escape_debug()));
    };
    let most = DAYS_MAX * 86_400;
    match number.parse::<u32>().ok().and_then(|number| number.checked_mul(*seconds)) {
        Some(0) => Err(format!("a maximum age of `{shown}` lets nobody in; allow a second or more")),
        Some(seconds) if seconds <= most => Ok(seconds),
        _ => Err(format!("a maximum age of `{shown}` demands nothing; allow at most `{DAYS_MAX}d`, or drop it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_what_they_say() {
        assert_eq!(read("1s"), Ok(1));
        assert_eq!(read("5m"), Ok(300));
        assert_eq!(read("12h"), Ok(43_200));
        assert_eq!(read("366d"), Ok(31_622_400));
    }

    #[test]
    fn what_is_not_a_duration_says_what_to_write() {
        for (text, fault) in [
            ("", "the maximum age is empty; write a duration, as in `5m`"),
            ("5 m", "the maximum age has a space; write `5m`"),
            ("m", "`m` is not a duration; write a whole number and a unit, as in `5m`"),
            ("-5m", "`-5m` is not a duration; write a whole number and a unit, as in `5m`"),
            ("1.5h", "`1.5h` is not a duration; write a whole number and a unit, as in `5m`"),
            ("300", "`300` lacks its unit; write `300s`, or `m`, `h`, `d`"),
            ("5min", "unknown unit `min`; write `5m`"),
            ("5M", "unknown unit `M`; write `5m`"),
            ("1Hour", "unknown unit `Hour`; write `1h`"),
            ("2w", "unknown unit `w`; write one of `s`, `m`, `h`, `d`"),
            ("1h30m", "unknown unit `h30m`; write one of `s`, `m`, `h`, `d`"),
            ("0s", "a maximum age of `0s` lets nobody in; allow a second or more"),
            ("367d", "a maximum age of `367d` demands nothing; allow at most `366d`, or drop it"),
            ("99999999999s", "a maximum age of `99999999999s` demands nothing; allow at most `366d`, or drop it"),
        ] {
            assert_eq!(read(text), Err(fault.to_owned()), "{text}");
        }
    }
}
