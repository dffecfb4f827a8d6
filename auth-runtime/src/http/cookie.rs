//! The `Cookie` field (RFC 6265 section 4.2), read byte for byte.
//!
//! actix's own jar percent-decodes names, so that `%5F%5FHost-s` passes for `__Host-s`; it trims whitespace that browsers
//! let into names; and one byte that is not UTF-8 loses it every cookie. A credential must not be read that way.

use actix_web::http::header::{COOKIE, HeaderMap};

/// What a request's `Cookie` fields hold under one name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cookie<'a> {
    /// No cookie of this name.
    Absent,
    /// Sent twice, or not of the grammar of a cookie. Refuse it: nobody can say which value counts, and an attacker who
    /// can add a cookie must not be able to make the caller anonymous.
    Unreadable,
    /// The value, byte for byte; quotes around it are part of it (RFC 6265bis section 4.1.1). May be empty.
    Present(&'a [u8]),
}

/// Reads the cookie `name`, compared byte for byte, over all `Cookie` field lines (HTTP/2 splits them: RFC 9113 section
/// 8.2.3). Nothing is decoded, and what is wrong with other cookies does not matter.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Cookie<'a> {
    read(headers.get_all(COOKIE).map(|line| line.as_bytes()), name.as_bytes())
}

/// The names of all cookies that begin with this, byte for byte.
#[cfg(feature = "login")]
pub(crate) fn names<'a>(headers: &'a HeaderMap, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let pairs = headers.get_all(COOKIE).flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    let names = pairs.filter_map(|pair| trim(pair).split(|&byte| byte == b'=').next());
    names.filter(move |name| name.starts_with(prefix))
}

fn read<'a>(lines: impl Iterator<Item = &'a [u8]>, name: &[u8]) -> Cookie<'a> {
    let mut found = Cookie::Absent;
    for pair in lines.flat_map(|line| line.split(|&byte| byte == b';')) {
        let value = match named(trim(pair), name) {
            Named::Other => continue,
            Named::Value(value) => value,
            Named::NoValue => return Cookie::Unreadable,
        };
        if found != Cookie::Absent || !is_cookie_value(value) {
            return Cookie::Unreadable;
        }
        found = Cookie::Present(value);
    }
    found
}

/// How one cookie-pair relates to the wanted name.
enum Named<'a> {
    Other,
    Value(&'a [u8]),
    /// The bare name without `=`.
    NoValue,
}

fn named<'a>(pair: &'a [u8], name: &[u8]) -> Named<'a> {
    match pair.strip_prefix(name) {
        Some([]) => Named::NoValue,
        Some([b'=', value @ ..]) => Named::Value(value),
        _ => Named::Other,
    }
}

/// Removes spaces and tabs around a pair. Browsers never let these two begin or end a name or a value (RFC 6265bis
/// section 5.6), so removing them joins no two names; any other whitespace is part of the name.
fn trim(mut pair: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = pair {
        pair = rest;
    }
    pair
}

/// `*cookie-octet / ( DQUOTE *cookie-octet DQUOTE )`
fn is_cookie_value(value: &[u8]) -> bool {
    let octets = match value {
        [b'"', inside @ .., b'"'] => inside,
        bare => bare,
    };
    octets.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "__Host-s";

    fn read_one(line: &[u8]) -> Cookie<'_> {
        read([line].into_iter(), NAME.as_bytes())
    }

    #[test]
    fn reads_one_among_many() {
        assert_eq!(read_one(b"a=1; __Host-s=xyz; b=2"), Cookie::Present(b"xyz"));
        assert_eq!(read_one(b"__Host-s=xyz"), Cookie::Present(b"xyz"));
        assert_eq!(read_one(b"a=1;__Host-s=a=b;b=2"), Cookie::Present(b"a=b"));
        assert_eq!(read_one(b"__Host-s="), Cookie::Present(b""));
        assert_eq!(read_one(b"__Host-s=\"xyz\""), Cookie::Present(b"\"xyz\""));
    }

    #[test]
    fn absent_where_no_pair_has_the_name() {
        for line in [&b""[..], b";", b"; ;", b"=", b"a=1", b"a=__Host-s=1", b"__Host-s2=1", b"x__Host-s=1"] {
            assert_eq!(read_one(line), Cookie::Absent, "{line:?}");
        }
    }

    #[test]
    fn names_are_not_percent_decoded() {
        assert_eq!(read_one(b"%5F%5FHost-s=evil"), Cookie::Absent);
        assert_eq!(read_one(b"%5F%5FHost-s=evil; __Host-s=good"), Cookie::Present(b"good"));
    }

    #[test]
    fn values_are_not_percent_decoded() {
        assert_eq!(read_one(b"__Host-s=a%20b"), Cookie::Present(b"a%20b"));
    }

    #[test]
    fn names_are_compared_with_case() {
        assert_eq!(read_one(b"__host-s=evil"), Cookie::Absent);
    }

    #[test]
    fn unicode_whitespace_is_part_of_the_name() {
        for space in ["\u{a0}", "\u{2003}", "\u{3000}", "\u{85}", "\u{b}", "\u{c}"] {
            assert_eq!(read_one(format!("{space}__Host-s=evil").as_bytes()), Cookie::Absent);
            assert_eq!(read_one(format!("__Host-s{space}=evil").as_bytes()), Cookie::Absent);
        }
    }

    #[test]
    fn a_duplicate_is_unreadable() {
        assert_eq!(read_one(b"__Host-s=a; __Host-s=b"), Cookie::Unreadable);
        assert_eq!(read_one(b"__Host-s=a; __Host-s=a"), Cookie::Unreadable);
        assert_eq!(read_one(b"__Host-s=a; __Host-s"), Cookie::Unreadable);
        assert_eq!(read([&b"__Host-s=a"[..], b"__Host-s=b"].into_iter(), NAME.as_bytes()), Cookie::Unreadable);
    }

    #[test]
    fn an_undecodable_value_is_unreadable_not_absent() {
        for bad in [&b"\xff"[..], b"a b", b"a,b", b"a\"b", b"\"", b"\"a", b"a\\b", b"\x7f", b"\xc3\xa9", b" a"] {
            let line = [b"__Host-s=", bad].concat();
            assert_eq!(read_one(&line), Cookie::Unreadable, "{bad:?}");
        }
        assert_eq!(read_one(b"__Host-s"), Cookie::Unreadable);
    }

    #[test]
    fn one_bad_other_cookie_does_not_lose_ours() {
        assert_eq!(read_one(b"a=\xff\xfe; __Host-s=xyz; \xff; ==; b=\"; c"), Cookie::Present(b"xyz"));
    }

    #[test]
    fn all_field_lines_are_read() {
        let request = TestRequest::default()
            .append_header((COOKIE, "a=1"))
            .append_header((COOKIE, HeaderValue::from_bytes(b"b=\xff").unwrap()))
            .append_header((COOKIE, "__Host-s=xyz"))
            .to_http_request();
        assert_eq!(cookie(request.headers(), NAME), Cookie::Present(b"xyz"));
        assert_eq!(cookie(request.headers(), "s"), Cookie::Absent);
        assert_eq!(cookie(request.headers(), "b"), Cookie::Unreadable);
    }

    fn line() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"s".to_vec()),
            Just(b"=".to_vec()),
            Just(b";".to_vec()),
            Just(b" ".to_vec()),
            Just(b"s=v".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(lines in proptest::collection::vec(line(), 0..4)) {
            let _ = read(lines.iter().map(Vec::as_slice), b"s");
        }

        #[test]
        fn what_is_present_stands_in_the_line_under_its_name(line in line()) {
            if let Cookie::Present(value) = read([&*line].into_iter(), b"s") {
                let pair = [b"s=", value].concat();
                prop_assert!(line.windows(pair.len()).any(|window| window == pair));
                prop_assert!(is_cookie_value(value));
            }
        }

        #[test]
        fn ours_is_found_among_any_others(
            before in proptest::collection::vec("[a-rt-z%_]{1,8}=[ -:<-~]{0,8}", 0..4),
            value in "[a-zA-Z0-9._=-]{0,40}",
            after in proptest::collection::vec("[a-rt-z%_]{1,8}=[ -:<-~]{0,8}", 0..4),
        ) {
            let line = before.into_iter().chain([format!("s={value}")]).chain(after).collect::<Vec<_>>().join("; ");
            prop_assert_eq!(read([line.as_bytes()].into_iter(), b"s"), Cookie::Present(value.as_bytes()));
        }

        #[test]
        fn ours_and_another_of_ours_is_unreadable(a in line(), b in line()) {
            let joined = [&b"s=1;"[..], &a, b";s=2;", &b].concat();
            prop_assert_eq!(read([&*joined].into_iter(), b"s"), Cookie::Unreadable);
        }
    }
}
