//! Lists of authentication parameters (RFC 9110 section 11.2), such as the credentials of the `Digest` scheme.

use std::borrow::Cow;

use crate::denial::is_token_byte;

/// One parameter. The name is as sent: compare it without regard to case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AuthParam<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: AuthValue<'a>,
}

/// A value, and the form it was sent in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AuthValue<'a> {
    Token(&'a str),
    /// Without its quotes and backslashes. Never a control character; perhaps not UTF-8.
    Quoted(Cow<'a, [u8]>),
}

impl<'a> AuthValue<'a> {
    /// The value, whatever its form.
    pub(crate) fn into_bytes(self) -> Cow<'a, [u8]> {
        match self {
            Self::Token(token) => Cow::Borrowed(token.as_bytes()),
            Self::Quoted(bytes) => bytes,
        }
    }
}

/// What breaks the grammar.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads `name=value` pairs joined by commas, in order. Empty elements and spaces around `=` are read over, as section 5.6
/// demands of a recipient; anything else ends the list with an error.
pub(crate) struct AuthParams<'a> {
    rest: &'a [u8],
}

impl<'a> AuthParams<'a> {
    pub(crate) fn new(list: &'a [u8]) -> Self {
        Self { rest: list }
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn accept(&mut self, byte: u8) -> bool {
        match self.rest.strip_prefix(&[byte]) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn token(&mut self) -> Result<&'a str, Malformed> {
        let length = self.rest.iter().take_while(|&&byte| is_token_byte(byte)).count();
        let (token, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        match str::from_utf8(token) {
            Ok(token) if !token.is_empty() => Ok(token),
            _ => Err(Malformed),
        }
    }

    /// What follows an opening quote, to the closing one.
    fn quoted(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let plain = self.rest.iter().take_while(|&&byte| !matches!(byte, b'"' | b'\\') && is_quotable(byte)).count();
        let (start, rest) = self.rest.split_at_checked(plain).ok_or(Malformed)?;
        self.rest = rest;
        if self.accept(b'"') {
            return Ok(Cow::Borrowed(start));
        }
        let mut value = start.to_vec();
        loop {
            let (byte, rest) = match *self.rest {
                [b'"', ref rest @ ..] => {
                    self.rest = rest;
                    return Ok(Cow::Owned(value));
                }
                [b'\\', byte, ref rest @ ..] | [byte, ref rest @ ..] if byte != b'\\' || self.rest.len() > 1 => {
                    (byte, rest)
                }
                _ => return Err(Malformed),
            };
            if !is_quotable(byte) {
                return Err(Malformed);
            }
            value.push(byte);
            self.rest = rest;
        }
    }

    fn parameter(&mut self) -> Result<AuthParam<'a>, Malformed> {
        let name = self.token()?;
        self.skip_spaces();
        if !self.accept(b'=') {
            return Err(Malformed);
        }
        self.skip_spaces();
        let value = match self.accept(b'"') {
            true => AuthValue::Quoted(self.quoted()?),
            false => AuthValue::Token(self.token()?),
        };
        self.skip_spaces();
        match self.rest.is_empty() || self.accept(b',') {
            true => Ok(AuthParam { name, value }),
            false => Err(Malformed),
        }
    }
}

impl<'a> Iterator for AuthParams<'a> {
    type Item = Result<AuthParam<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.skip_spaces();
            if !self.accept(b',') {
                break;
            }
        }
        if self.rest.is_empty() {
            return None;
        }
        let parameter = self.parameter();
        if parameter.is_err() {
            self.rest = &[];
        }
        Some(parameter)
    }
}

/// What may stand between quotes, escaped or not (section 5.6.4), without the tab: nothing we read has one.
fn is_quotable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | 0x80..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(list: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Malformed> {
        AuthParams::new(list)
            .map(|parameter| parameter.map(|found| (found.name.to_owned(), found.value.into_bytes().into_owned())))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Result<Vec<(String, Vec<u8>)>, Malformed> {
        Ok(expected.iter().map(|&(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect())
    }

    #[test]
    fn tokens_and_quoted_strings_are_read_alike() {
        assert_eq!(read(b"a=1, b=\"2\",c = \"3\" ,D=x"), pairs(&[("a", "1"), ("b", "2"), ("c", "3"), ("D", "x")]));
        assert_eq!(
            read(br#"a="", b="say \"hi\" \\ \n, or not""#),
            pairs(&[("a", ""), ("b", r#"say "hi" \ n, or not"#)])
        );
        assert_eq!(read("a=\"jürgen\"".as_bytes()), pairs(&[("a", "jürgen")]));
        assert_eq!(read(br#"a="\"""#), pairs(&[("a", "\"")]));
        assert_eq!(read(br#"a="\\""#), pairs(&[("a", "\\")]));
    }

    #[test]
    fn empty_elements_are_read_over() {
        for list in ["", " ", ",", " , ,\t,"] {
            assert_eq!(read(list.as_bytes()), pairs(&[]), "{list:?}");
        }
        assert_eq!(read(b",, a=1 ,, b=2 ,"), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn what_breaks_the_grammar_is_an_error() {
        for list in [
            "a",
            "a=",
            "=1",
            "a b=1",
            "a=1 b=2",
            "a=\"1",
            "a=\"1\"x",
            "a=\"1\\",
            "a=\"\\\"",
            "\"a\"=1",
            "a=(1)",
            "a==1",
            "a=1;b=2",
            "a=\"\u{7f}\"",
            "a=\"1\n\"",
            "a=\"\t\"",
            "a=\"\\\n\"",
            "ä=1",
            "a=ä",
            "a=1,b",
            "a=\"1\"\"2\"",
        ] {
            assert_eq!(read(list.as_bytes()), Err(Malformed), "{list:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(list in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = read(&list);
        }

        #[test]
        fn nearly_good_lists_are_read_without_panic(list in "([ab]|=|,|\"|\\\\| |ü){0,24}") {
            let _ = read(list.as_bytes());
        }

        #[test]
        fn every_value_survives_quoting(values in proptest::collection::vec("\\P{Cc}{0,12}", 1..5)) {
            let list: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(n, value)| format!("p{n}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
                .collect();
            let expected: Vec<_> =
                values.iter().enumerate().map(|(n, value)| (format!("p{n}"), value.as_bytes().to_vec())).collect();
            prop_assert_eq!(read(list.join(", ").as_bytes()), Ok(expected));
        }
    }
}
