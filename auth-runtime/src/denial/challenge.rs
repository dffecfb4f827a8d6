//! `WWW-Authenticate` challenges (RFC 9110 section 11.6.1).

use std::borrow::Cow;

use actix_web::http::header::HeaderValue;

/// What the runtime adds to an OAuth challenge (RFC 6750 section 3, RFC 9470 section 3).
const OAUTH_PARAMETERS: [&str; 6] =
    ["error", "error_description", "acr_values", "max_age", "scope", "resource_metadata"];

/// What one scheme tells a caller who has not proved its identity.
///
/// The runtime puts `realm` first and always, so that a challenge never is a bare scheme name, on which several client
/// parsers fail.
#[derive(Clone, Debug)]
#[must_use = "it says nothing until it is returned"]
pub struct Challenge {
    scheme: Cow<'static, str>,
    oauth: bool,
    parameters: Vec<(&'static str, ParameterValue)>,
}

#[derive(Clone, Debug)]
enum ParameterValue {
    Quoted(String),
    Unquoted(Token),
}

/// A value that stands in a challenge without quotes, where a specification demands that: a token of RFC 9110 section 5.6.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Cow<'static, str>);

impl Token {
    /// A token; `None` for a text that is empty or has a character that no token can carry.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Option<Self> {
        let text = text.into();
        is_token(text.as_bytes()).then_some(Self(text))
    }

    /// A token that is known beforehand, for a constant.
    ///
    /// ```
    /// use auth_runtime::scheme::{Challenge, Token};
    ///
    /// const SHA_256: Token = Token::from_static("SHA-256");
    /// let challenge = Challenge::new("Digest").unquoted("algorithm", SHA_256).parameter("qop", "auth");
    /// assert_eq!(challenge.scheme(), "Digest");
    /// ```
    ///
    /// # Panics
    /// On a text that is not a token; in a constant, that is a compile error.
    pub const fn from_static(text: &'static str) -> Self {
        assert!(is_token(text.as_bytes()), "not a token of RFC 9110");
        Self(Cow::Borrowed(text))
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Challenge {
    /// A challenge of an authentication scheme by its registered name, such as `Basic`: a token of RFC 9110 section 5.6.2.
    /// Characters that no token can carry are dropped.
    pub fn new(scheme: impl Into<Cow<'static, str>>) -> Self {
        let mut scheme = scheme.into();
        if !scheme.bytes().all(is_token_byte) {
            scheme.to_mut().retain(|c| u8::try_from(c).is_ok_and(is_token_byte));
        }
        Self { scheme, oauth: false, parameters: Vec::new() }
    }

    /// A challenge that follows RFC 6750: it names scopes and carries `error` and `error_description`.
    pub fn oauth(scheme: impl Into<Cow<'static, str>>) -> Self {
        Self { oauth: true, ..Self::new(scheme) }
    }

    /// Adds a parameter, quoted and escaped. Characters that no quoted string can carry are dropped.
    ///
    /// A parameter stands in a challenge once (RFC 9110 section 11.2), whatever the case of its name: a second one of a
    /// name is left out, and so is one that the runtime adds itself (`realm`; for an OAuth challenge also `error`,
    /// `error_description`, `acr_values`, `max_age`, `scope` and `resource_metadata`), and one whose name is not a token.
    pub fn parameter(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, ParameterValue::Quoted(value.into()))
    }

    /// Adds a parameter without quotes, by the same rules, where a specification demands that.
    pub fn unquoted(self, name: &'static str, value: Token) -> Self {
        self.with(name, ParameterValue::Unquoted(value))
    }

    fn with(mut self, name: &'static str, value: ParameterValue) -> Self {
        let added_by_runtime = name.eq_ignore_ascii_case("realm")
            || (self.oauth && OAUTH_PARAMETERS.iter().any(|added| name.eq_ignore_ascii_case(added)));
        if is_token(name.as_bytes()) && !added_by_runtime && !self.has(name) {
            self.parameters.push((name, value));
        }
        self
    }

    /// Whether it has a parameter of this name already.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(given, _)| name.eq_ignore_ascii_case(given))
    }

    /// The scheme's name.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    pub(crate) fn is_oauth(&self) -> bool {
        self.oauth
    }

    /// Position among several challenges: clients take the first they know, so the strongest come first.
    pub(crate) fn rank(&self) -> u8 {
        match () {
            () if self.scheme.eq_ignore_ascii_case("bearer") => 0,
            () if self.scheme.eq_ignore_ascii_case("dpop") => 1,
            () if self.scheme.eq_ignore_ascii_case("digest") => 3,
            () if self.scheme.eq_ignore_ascii_case("basic") => 4,
            () => 2,
        }
    }

    /// The field value: `realm`, then the scheme's own parameters, then `extra` in the order given.
    pub(crate) fn render(&self, realm: &str, extra: &[(&str, &str)]) -> HeaderValue {
        let mut line = String::with_capacity(128);
        line.push_str(&self.scheme);
        push_parameter(&mut line, " ", "realm", realm);
        for (name, value) in &self.parameters {
            match value {
                ParameterValue::Quoted(text) => push_parameter(&mut line, ", ", name, text),
                ParameterValue::Unquoted(Token(token)) => line.extend([", ", name, "=", token]),
            }
        }
        for (name, value) in extra {
            push_parameter(&mut line, ", ", name, value);
        }
        // Visible ASCII and spaces only, so this cannot fail; a denial without its challenge is still a denial.
        HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// `tchar` of RFC 9110 section 5.6.2.
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
        || byte.is_ascii_alphanumeric()
}

/// A byte of a scope, or of another word that challenges carry in lists (RFC 6749 section 3.3, RFC 9470 section 3).
pub(crate) const fn is_listed_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

/// A word that challenges carry in lists.
pub(crate) fn is_listed_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_listed_byte)
}

/// A `token` of RFC 9110 section 5.6.2.
pub(crate) const fn is_token(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        if !is_token_byte(*byte) {
            return false;
        }
        rest = after;
    }
    !text.is_empty()
}

/// Appends `name="value"` as a quoted-string of RFC 9110 section 5.6.4, restricted to ASCII.
fn push_parameter(line: &mut String, separator: &str, name: &str, value: &str) {
    line.push_str(separator);
    line.push_str(name);
    line.push_str("=\"");
    for c in value.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            line.push('\\');
        }
        line.push(c);
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_realm_first_quoted_and_escaped() {
        let challenge = Challenge::new("ApiKey").parameter("in", "header").parameter("name", "X-\"Odd\\\r\n\u{e9}");
        assert_eq!(
            challenge.render("the realm", &[("error", "x")]),
            r#"ApiKey realm="the realm", in="header", name="X-\"Odd\\", error="x""#
        );
    }

    #[test]
    fn unquoted_values_are_tokens() {
        let challenge = Challenge::new("Digest")
            .parameter("qop", "auth")
            .unquoted("algorithm", Token::from_static("SHA-256"))
            .unquoted("Realm", Token::from_static("x"))
            .unquoted("QOP", Token::from_static("x"));
        assert_eq!(challenge.render("r", &[]), r#"Digest realm="r", qop="auth", algorithm=SHA-256"#);
        for text in ["", "a b", "a,b", "a=b", "a\"", "\r\n", "\u{e9}", "a\u{7f}", "(", "/", ":", "@", "[", "{"] {
            assert_eq!(Token::new(text), None, "{text:?}");
        }
        let all = "!#$%&'*+-.^_`|~09azAZ";
        assert_eq!(Token::new(all).unwrap().as_str(), all);
    }

    #[test]
    fn a_scheme_that_is_no_token_is_cut_to_one() {
        assert_eq!(Challenge::new("My Scheme,é").scheme(), "MyScheme");
    }
}
