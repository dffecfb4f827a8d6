//! `WWW-Authenticate` challenges (RFC 9110 section 11.6.1).

use std::borrow::Cow;

use actix_web::http::header::HeaderValue;

/// What the runtime adds to an OAuth challenge (RFC 6750 section 3).
const OAUTH_PARAMETERS: [&str; 4] = ["error", "error_description", "scope", "resource_metadata"];

/// What one scheme tells a caller who has not proved its identity.
///
/// The runtime puts `realm` first and always, so that a challenge never is a bare scheme name, on which several client
/// parsers fail.
#[derive(Clone, Debug)]
pub struct Challenge {
    scheme: Cow<'static, str>,
    oauth: bool,
    parameters: Vec<(&'static str, String)>,
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
    /// `error_description`, `scope` and `resource_metadata`), and one whose name is no token.
    #[must_use]
    pub fn parameter(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let added_by_runtime = name.eq_ignore_ascii_case("realm")
            || (self.oauth && OAUTH_PARAMETERS.iter().any(|added| name.eq_ignore_ascii_case(added)));
        let given = self.parameters.iter().any(|(given, _)| name.eq_ignore_ascii_case(given));
        if is_token(name) && !added_by_runtime && !given {
            self.parameters.push((name, value.into()));
        }
        self
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
            push_parameter(&mut line, ", ", name, value);
        }
        for (name, value) in extra {
            push_parameter(&mut line, ", ", name, value);
        }
        // Visible ASCII and spaces only, so this cannot fail; a denial without its challenge is still a denial.
        HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// `tchar` of RFC 9110 section 5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A `token` of RFC 9110 section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
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
    fn a_scheme_that_is_no_token_is_cut_to_one() {
        assert_eq!(Challenge::new("My Scheme,é").scheme(), "MyScheme");
    }
}
