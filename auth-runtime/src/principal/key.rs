//! Who a principal is, for comparing and for storing.

use std::fmt;

use serde::Serialize;

use super::Principal;

/// Who a [`Principal`] is, by what vouches for it and its name there: for comparing, for maps, and for a column of a database.
///
/// A subject alone says nothing: two issuers may call two people `alice`. Callers without an issuer are known here by the
/// scheme and configuration that verified them, as `local:basic` or `local:api_key("partner")`. Callers of Digest have their
/// realm for an issuer, as `local:digest/staff` or `local:digest("partner")/staff`.
///
/// ```
/// use auth_runtime::Principal;
///
/// let ours = Principal::builder("bearer", "alice").issuer("https://idp.example").build();
/// let theirs = Principal::builder("bearer", "alice").issuer("https://other.example").build();
/// let local = Principal::builder("basic", "alice").build();
/// assert!(ours.key() != theirs.key() && ours.key() != local.key());
/// assert_eq!(local.key().issuer(), "local:basic");
/// assert_eq!(ours.key().to_string(), "alice at https://idp.example");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct PrincipalKey {
    issuer: Box<str>,
    subject: Box<str>,
    /// Where the subject was, if not in `sub`.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Box<str>>,
}

impl PrincipalKey {
    /// The key of somebody who is not calling, such as one of a database in which keys are stored.
    ///
    /// ```
    /// use auth_runtime::Principal;
    /// use auth_runtime::principal::PrincipalKey;
    ///
    /// let caller = Principal::builder("bearer", "alice").issuer("https://idp.example").build();
    /// assert_eq!(PrincipalKey::new("https://idp.example", "alice"), caller.key());
    /// ```
    pub fn new(issuer: impl Into<Box<str>>, subject: impl Into<Box<str>>) -> Self {
        Self { issuer: issuer.into(), subject: subject.into(), claim: None }
    }

    /// The same, where the subject comes from another [claim](Self::claim) than `sub`.
    #[must_use]
    pub fn with_claim(self, claim: impl Into<Box<str>>) -> Self {
        Self { claim: Some(claim.into()), ..self }
    }

    /// Who vouches for the subject: the token's `iss`, or `local:` with scheme, configuration and the realm of Digest. A token without `iss` is
    /// vouched for by its configuration.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The caller's identifier there.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The claim that the subject came from, where the configuration names another than `sub`: a client and a person of one name
    /// are two callers.
    pub fn claim(&self) -> Option<&str> {
        self.claim.as_deref()
    }
}

impl fmt::Display for PrincipalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.claim {
            Some(claim) => write!(f, "{} ({claim}) at {}", self.subject, self.issuer),
            None => write!(f, "{} at {}", self.subject, self.issuer),
        }
    }
}

impl From<&Principal> for PrincipalKey {
    fn from(principal: &Principal) -> Self {
        principal.key()
    }
}

impl From<&PrincipalKey> for PrincipalKey {
    fn from(key: &PrincipalKey) -> Self {
        key.clone()
    }
}

impl Principal {
    /// Who the caller is, by issuer and subject. Compare or store this, never the subject alone.
    pub fn key(&self) -> PrincipalKey {
        let issuer = match self.issuer() {
            Some(issuer) => issuer.into(),
            None => local(self.scheme(), self.configuration()).into(),
        };
        let claim = self.0.subject_claim.as_deref().map(Into::into);
        PrincipalKey { issuer, subject: self.subject().into(), claim }
    }
}

/// What vouches for callers that this service knows by itself.
pub(crate) fn local(scheme: &str, configuration: Option<&str>) -> String {
    match configuration {
        Some(name) => format!("local:{scheme}({name:?})"),
        None => format!("local:{scheme}"),
    }
}
