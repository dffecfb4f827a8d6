//! What a person asks the page: which routes to show, and of which caller.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use serde_json::{Map, Value};

use crate::scheme::ExposedCredential;

/// The longest text of a field, in bytes.
const FIELD_BYTES: usize = 4096;

/// What is asked.
#[derive(Default)]
pub(super) struct Asked {
    /// Words, all of which a route must have to be shown.
    pub(super) filter: String,
    pub(super) whom: Whom,
}

/// The caller that is asked about.
#[derive(Default)]
pub(super) enum Whom {
    #[default]
    Nobody,
    Described(Description),
    /// The bearer of a token, and in which place of a request that is, as the page numbers them.
    Bearer(ExposedCredential, usize),
}

/// A caller as a person describes it.
#[derive(Default)]
pub(super) struct Description {
    /// The configuration that has verified it, as policies name it; empty for a caller without credentials.
    pub(super) scheme: String,
    pub(super) scopes: String,
    pub(super) roles: String,
    pub(super) claims: String,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unasked {
    /// A form that this page does not have.
    FormUnknown,
    FieldTooLong,
    ClaimsUnreadable,
    SchemeUnknown,
    TokenMissing,
    TokenUnreadable,
    TooOften,
}

impl Unasked {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::FieldTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::FormUnknown => "That is not a form of this page.",
            Self::FieldTooLong => "A field is too long: 4,096 bytes at most, and for all of a posted form 64 KiB.",
            Self::ClaimsUnreadable => "The claims are not a JSON object, such as {\"tenant\": \"acme\"}.",
            Self::SchemeUnknown => "There is no such scheme.",
            Self::TokenMissing => "Paste a token first.",
            Self::TokenUnreadable => "That is not a token: it has characters that no token has.",
            Self::TooOften => "Too many tokens were judged a moment ago. Try again in a few seconds.",
        }
    }
}

impl Asked {
    /// What the query of a GET asks.
    pub(super) fn of_query(query: &str) -> Result<Self, Unasked> {
        let mut asked = Self::default();
        let mut described = Description::default();
        let mut is_described = false;
        for (name, value) in fields(query)? {
            if value.len() > FIELD_BYTES {
                return Err(Unasked::FieldTooLong);
            }
            match &*name {
                "filter" => asked.filter = value,
                "scheme" => (described.scheme, is_described) = (value, true),
                "scopes" => described.scopes = value,
                "roles" => described.roles = value,
                "claims" => described.claims = value,
                _ => {}
            }
        }
        if is_described {
            asked.whom = Whom::Described(described);
        }
        Ok(asked)
    }

    /// What a posted form asks.
    pub(super) fn of_form(form: &[u8]) -> Result<Self, Unasked> {
        let mut asked = Self::default();
        let (mut token, mut place) = (None, 0);
        for (name, value) in fields(str::from_utf8(form).map_err(|_| Unasked::FormUnknown)?)? {
            match &*name {
                "filter" if value.len() > FIELD_BYTES => return Err(Unasked::FieldTooLong),
                "filter" => asked.filter = value,
                "place" => place = value.parse().map_err(|_| Unasked::FormUnknown)?,
                "token" => token = Some(ExposedCredential::new(bare(&value).as_bytes())),
                _ => {}
            }
        }
        let token = token.filter(|token| !token.expose().is_empty()).ok_or(Unasked::TokenMissing)?;
        let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
        if !token.expose().iter().all(is_of_token) {
            return Err(Unasked::TokenUnreadable);
        }
        asked.whom = Whom::Bearer(token, place);
        Ok(asked)
    }
}

impl Description {
    /// Separated by spaces, which no scope has (RFC 6749 section 3.3); `None` where the credentials say nothing of scopes.
    pub(super) fn scopes(&self) -> Option<Vec<&str>> {
        some(self.scopes.split_whitespace().collect())
    }

    /// Separated by commas; `None` where the credentials say nothing of roles.
    pub(super) fn roles(&self) -> Option<Vec<&str>> {
        some(self.roles.split(',').map(str::trim).filter(|role| !role.is_empty()).collect())
    }

    /// A JSON object; `None` where there are none.
    pub(super) fn claims(&self) -> Result<Option<Map<String, Value>>, Unasked> {
        match self.claims.trim() {
            "" => Ok(None),
            claims => serde_json::from_str(claims).map(Some).map_err(|_| Unasked::ClaimsUnreadable),
        }
    }
}

fn some(names: Vec<&str>) -> Option<Vec<&str>> {
    (!names.is_empty()).then_some(names)
}

fn fields(encoded: &str) -> Result<Vec<(String, String)>, Unasked> {
    Query::from_query(encoded).map(Query::into_inner).map_err(|_| Unasked::FormUnknown)
}

/// A token as it is, also where more of the request was copied.
fn bare(pasted: &str) -> &str {
    let pasted = pasted.trim();
    let field = pasted.get(..14).filter(|start| start.eq_ignore_ascii_case("authorization:"));
    let pasted = field.map_or(pasted, |field| pasted.get(field.len()..).unwrap_or_default().trim_start());
    let after = |word: &str| {
        let (start, rest) = pasted.split_at_checked(word.len())?;
        start.eq_ignore_ascii_case(word).then(|| rest.trim_start())
    };
    ["bearer ", "dpop "].into_iter().find_map(after).unwrap_or(pasted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_out_of_what_was_copied() {
        for pasted in
            ["a.b.c", " a.b.c\r\n", "Bearer a.b.c", "bearer   a.b.c", "Authorization: Bearer a.b.c", "DPoP a.b.c"]
        {
            assert_eq!(bare(pasted), "a.b.c", "{pasted}");
        }
        for other in ["é".repeat(20), "Bearer".into(), String::new()] {
            assert_eq!(bare(&other), other);
        }
    }

    #[test]
    fn what_is_no_form_of_the_page_asks_nothing() {
        let refused = |form: &str| Asked::of_form(form.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!(refused(""), Unasked::TokenMissing);
        assert_eq!(refused("token=++"), Unasked::TokenMissing);
        assert_eq!(refused("token=a%20b"), Unasked::TokenUnreadable);
        assert_eq!(refused("token=a%0d%0aX-Forged:1"), Unasked::TokenUnreadable);
        assert_eq!(refused("token=a&place=-1"), Unasked::FormUnknown);
        assert_eq!(Asked::of_form(b"token=\xff").map(|_| ()).unwrap_err(), Unasked::FormUnknown);
        let long = format!("filter={}", "x".repeat(FIELD_BYTES + 1));
        assert_eq!(Asked::of_query(&long).map(|_| ()).unwrap_err(), Unasked::FieldTooLong);
        assert!(
            matches!(Asked::of_query("token=a.b.c").unwrap().whom, Whom::Nobody),
            "a token is posted, or not looked at"
        );
    }
}
