//! Who has signed in, as the provider says.

use std::fmt;

use serde_json::{Map, Value};

/// Who has signed in at a provider: a verified ID token, for [`OidcLogin::details`](super::OidcLogin::details).
///
/// Somebody is who they are by provider, issuer and subject. All else is what the provider says of them, and may change.
pub struct LoginIdentity {
    pub(super) provider: Option<Box<str>>,
    pub(super) issuer: Box<str>,
    pub(super) subject: Box<str>,
    pub(super) claims: Map<String, Value>,
    pub(super) verified_email: Option<Box<str>>,
}

impl LoginIdentity {
    /// What the provider is [called](super::OidcLogin::named) here.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// The issuer identifier of the provider.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject: an identifier of that issuer's that stays.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The email address, where the provider says that it is verified and was named as
    /// [authority](super::OidcLogin::email_authority) for its domain.
    ///
    /// It may have belonged to somebody else before: tell people apart by issuer and subject.
    pub fn verified_email(&self) -> Option<&str> {
        self.verified_email.as_deref()
    }

    /// Another claim that is text, such as `name`. An email address is not told: see [`verified_email`](Self::verified_email).
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claim(claim)?.as_str()
    }

    /// Another claim, of any type; not the email address.
    pub fn claim(&self, claim: &str) -> Option<&Value> {
        self.claims.get(claim).filter(|_| !matches!(claim, "email" | "email_verified"))
    }
}

/// The address, if this provider may speak for it.
pub(super) fn verified_email(claims: &Map<String, Value>, domains: &[Box<str>]) -> Option<Box<str>> {
    let address = claims.get("email")?.as_str().filter(|_| claims.get("email_verified") == Some(&Value::Bool(true)))?;
    let (name, domain) = address.rsplit_once('@').filter(|(name, _)| !name.is_empty())?;
    let plain = |part: &str| !part.contains(|c: char| c.is_control() || c.is_whitespace() || c == '@');
    let is_ours = domains.iter().any(|known| known.eq_ignore_ascii_case(domain));
    (is_ours && plain(name)).then(|| address.into())
}

/// Claims are left out: they are personal data.
impl fmt::Debug for LoginIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginIdentity")
            .field("provider", &self.provider)
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_counts_where_it_is_verified_by_whom_its_domain_belongs_to() {
        let read = |claims: Value| {
            verified_email(claims.as_object().unwrap(), &["shop.example".into()]).map(|address| address.to_string())
        };
        let good = json!({"email": "alice@SHOP.example", "email_verified": true});
        assert_eq!(read(good).unwrap(), "alice@SHOP.example");
        for bad in [
            json!({"email": "alice@shop.example"}),
            json!({"email": "alice@shop.example", "email_verified": false}),
            json!({"email": "alice@shop.example", "email_verified": "true"}),
            json!({"email": "alice@shop.example", "email_verified": 1}),
            json!({"email": "alice@evil.example", "email_verified": true}),
            json!({"email": "alice@x.shop.example", "email_verified": true}),
            json!({"email": "alice@evil.example@shop.example", "email_verified": true}),
            json!({"email": "@shop.example", "email_verified": true}),
            json!({"email": "a\nb@shop.example", "email_verified": true}),
            json!({"email": ["alice@shop.example"], "email_verified": true}),
            json!({"email_verified": true}),
        ] {
            assert_eq!(read(bad.clone()), None, "{bad}");
        }
        let all = LoginIdentity {
            provider: None,
            issuer: "i".into(),
            subject: "s".into(),
            claims: json!({"email": "a@b", "email_verified": true, "name": "A"}).as_object().unwrap().clone(),
            verified_email: None,
        };
        assert_eq!((all.text("name"), all.text("email"), all.claim("email_verified")), (Some("A"), None, None));
    }
}
