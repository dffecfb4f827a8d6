//! A parameter of the query component, read strictly.

use std::borrow::Cow;

/// What a query holds under one name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parameter<'a> {
    /// No parameter of this name.
    Absent,
    /// Sent twice. Refuse it: another reader of the same query might see the other one.
    Repeated,
    /// Spelt in a roundabout way, or not decodable. Refuse it likewise.
    Unreadable,
    /// The value, percent-decoded. May be empty.
    Present(Cow<'a, [u8]>),
}

/// Reads the parameter `name` of a query: `name=value` pairs joined by `&`.
///
/// The name must stand there as it is; one that only decoding (percent-encoding, `+`) makes equal is unreadable. In the
/// value, `%XX` is decoded once; a bare `+` is unreadable, since forms mean a space by it and everybody else a plus: write
/// `%2B`. A parameter without `=` has the empty value.
pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Parameter<'a> {
    let mut found = Parameter::Absent;
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let exact = key == name;
        if !exact && !means(key, name) {
            continue;
        }
        if found != Parameter::Absent {
            return Parameter::Repeated;
        }
        found = decode(value).filter(|_| exact).map_or(Parameter::Unreadable, Parameter::Present);
    }
    found
}

/// Whether this pair of a query is the parameter of this name, for a lenient reader too.
pub(crate) fn is_named(pair: &str, name: &str) -> bool {
    let key = pair.split('=').next().unwrap_or(pair);
    key == name || means(key, name)
}

/// Whether a lenient reader would take `key` for `name`.
fn means(key: &str, name: &str) -> bool {
    key.contains('%') && percent_decode(key.as_bytes()).is_some_and(|decoded| decoded == name.as_bytes())
}

fn decode(value: &str) -> Option<Cow<'_, [u8]>> {
    if value.contains('+') {
        return None;
    }
    match value.contains('%') {
        true => percent_decode(value.as_bytes()).map(Cow::Owned),
        false => Some(Cow::Borrowed(value.as_bytes())),
    }
}

/// RFC 3986 section 2.1; `None` where a percent sign is not followed by two hexadecimal digits.
pub(crate) fn percent_decode(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    loop {
        text = match *text {
            [] => return Some(decoded),
            [b'%', high, low, ref rest @ ..] => {
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                decoded.push((digit(high)? << 4) | digit(low)?);
                rest
            }
            [b'%', ..] => return None,
            [byte, ref rest @ ..] => {
                decoded.push(byte);
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn present(value: &str) -> Parameter<'_> {
        Parameter::Present(Cow::Borrowed(value.as_bytes()))
    }

    #[test]
    fn reads_one_among_many() {
        assert_eq!(parameter("a=1&api_key=xyz&b=2", "api_key"), present("xyz"));
        assert_eq!(parameter("api_key=a=b;c", "api_key"), present("a=b;c"));
        assert_eq!(parameter("api_key=", "api_key"), present(""));
        assert_eq!(parameter("api_key", "api_key"), present(""));
        assert_eq!(parameter("api_key=%78y%7A%2B", "api_key"), present("xyz+"));
    }

    #[test]
    fn absent_where_no_parameter_has_the_name() {
        for query in
            ["", "&", "a=api_key=x", "Api_Key=x", "api_keys=x", "xapi_key=x", "api_key[]=x", "a=1;api_key=x", "%zz=x"]
        {
            assert_eq!(parameter(query, "api_key"), Parameter::Absent, "{query}");
        }
    }

    #[test]
    fn repeated_parameters_are_refused_not_absent() {
        for query in [
            "api_key=a&api_key=b",
            "api_key=a&api_key=a",
            "api_key=a&x=1&api_key",
            "api_key&api_key",
            "api_key=a&api%5Fkey=b",
            "api%5Fkey=b&api_key=a",
        ] {
            assert_eq!(parameter(query, "api_key"), Parameter::Repeated, "{query}");
        }
    }

    #[test]
    fn a_name_in_disguise_is_unreadable() {
        for query in ["api%5Fkey=a", "api%5fkey=a", "%61pi_key=a"] {
            assert_eq!(parameter(query, "api_key"), Parameter::Unreadable, "{query}");
        }
        assert_eq!(parameter("api%255Fkey=a", "api_key"), Parameter::Absent, "decoded once");
    }

    #[test]
    fn undecodable_values_are_unreadable() {
        for query in ["api_key=%", "api_key=%4", "api_key=%zz", "api_key=a+b", "api_key=%+1"] {
            assert_eq!(parameter(query, "api_key"), Parameter::Unreadable, "{query}");
        }
        assert_eq!(parameter("x=%zz&y=a+b&api_key=ok", "api_key"), present("ok"), "others do not matter");
    }

    proptest! {
        #[test]
        fn any_query_is_read_without_panic(query in "([ak]|=|&|%|%6[0-9b]|\\PC){0,12}") {
            let _ = parameter(&query, "k");
        }

        #[test]
        fn every_value_survives_encoding(value in proptest::collection::vec(any::<u8>(), 0..20)) {
            let encoded: String = value.iter().map(|byte| format!("%{byte:02X}")).collect();
            let query = format!("a=1&k={encoded}");
            prop_assert_eq!(parameter(&query, "k"), Parameter::Present(value.into()));
        }

        #[test]
        fn a_second_one_is_never_overlooked(a in "\\PC{0,8}", b in "\\PC{0,8}") {
            let query = format!("k=1&{a}&k=2&{b}");
            prop_assert_eq!(parameter(&query, "k"), Parameter::Repeated);
        }
    }
}
