//! How and when a caller was authenticated, beyond who it is.

use serde_json::Value;

use super::Principal;
use crate::time::UnixTime;

/// What a scheme said of it. Boxed as a whole: tokens say it in their claims, and most other schemes do not.
#[derive(Default)]
pub(super) struct AuthenticationContext {
    pub(super) class: Option<Box<str>>,
    pub(super) methods: Vec<Box<str>>,
    pub(super) time: Option<UnixTime>,
    pub(super) session_id: Option<Box<str>>,
    pub(super) confirmation: Option<Confirmation>,
    pub(super) credential_id: Option<Box<str>>,
}

impl AuthenticationContext {
    /// Of credentials that are bound to this, and of which nothing else is said but in their claims.
    pub(super) fn confirmed(confirmation: Confirmation) -> Self {
        Self { confirmation: Some(confirmation), ..Self::default() }
    }
}

/// The key or certificate that credentials are bound to (`cnf`, RFC 7800), proof of which the scheme has checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirmation {
    /// The base64url of the SHA-256 thumbprint of a JSON Web Key: `jkt` (RFC 9449 section 6.1).
    KeyThumbprint(Box<str>),
    /// The base64url of the SHA-256 of a certificate: `x5t#S256` (RFC 8705 section 3.1).
    CertificateThumbprint(Box<str>),
}

impl Principal {
    /// How strongly the caller was authenticated, in the words of its issuer: `acr` (OpenID Connect Core section 2).
    pub fn acr(&self) -> Option<&str> {
        let said = self.said().authentication.as_ref().and_then(|said| said.class.as_deref());
        said.or_else(|| self.claim("acr")?.as_str())
    }

    /// By which methods the caller was authenticated, such as `pwd` and `otp` (RFC 8176); none where nothing is said.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        let said = self.said().authentication.iter().flat_map(|said| &said.methods).map(|method| &**method);
        said.chain(self.claim("amr").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str))
    }

    /// When the caller last proved who it is, in seconds since 1970: `auth_time` (OpenID Connect Core section 2).
    pub fn auth_time(&self) -> Option<UnixTime> {
        let said = self.said().authentication.as_ref().and_then(|said| said.time);
        said.or_else(|| self.claim("auth_time")?.as_i64())
    }

    /// The session that the credentials belong to: a token's `sid`, or the id that a session scheme gives.
    pub fn session_id(&self) -> Option<&str> {
        let said = self.said().authentication.as_ref().and_then(|said| said.session_id.as_deref());
        said.or_else(|| self.claim("sid")?.as_str())
    }

    /// What the credentials are bound to; `None` for those that whoever holds them may use.
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.said().authentication.as_ref()?.confirmation.as_ref()
    }

    /// Which of the caller's credentials these are, where it may have several that look alike.
    pub(crate) fn credential_id(&self) -> Option<&str> {
        self.said().authentication.as_ref()?.credential_id.as_deref()
    }

    fn claim(&self, name: &str) -> Option<&Value> {
        self.claims()?.get(name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_token_says_is_read_out_of_its_claims() {
        let claims = json!({"acr": "mfa", "amr": ["pwd", "otp", 1], "auth_time": 1_767_225_600, "sid": "s-1"});
        let caller = Principal::builder("bearer", "alice").claims(claims.as_object().unwrap().clone()).build();
        assert_eq!(
            (caller.acr(), caller.auth_time(), caller.session_id()),
            (Some("mfa"), Some(1_767_225_600), Some("s-1"))
        );
        assert!(caller.amr().eq(["pwd", "otp"]));
        assert_eq!(caller.confirmation(), None);
    }

    #[test]
    fn claims_of_another_type_say_nothing() {
        let claims = json!({"acr": 1, "amr": "pwd", "auth_time": "now", "sid": null});
        let caller = Principal::builder("bearer", "alice").claims(claims.as_object().unwrap().clone()).build();
        assert_eq!((caller.acr(), caller.auth_time(), caller.session_id()), (None, None, None));
        assert_eq!(caller.amr().count(), 0);
    }

    #[test]
    fn what_a_scheme_says_counts() {
        let bound = Confirmation::KeyThumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into());
        let caller = Principal::builder("session", "alice")
            .acr("mfa")
            .amr(["pwd"])
            .auth_time(1_767_225_600)
            .session_id("s-1")
            .confirmation(bound.clone())
            .build();
        assert_eq!(
            (caller.acr(), caller.auth_time(), caller.session_id()),
            (Some("mfa"), Some(1_767_225_600), Some("s-1"))
        );
        assert!(caller.amr().eq(["pwd"]));
        assert_eq!(caller.confirmation(), Some(&bound));
    }
}
