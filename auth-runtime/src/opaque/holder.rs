//! Whom a token was made for.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::principal::Principal;
use crate::time::UnixTime;

/// What details take beside their own size, where nothing is said, in bytes.
const DETAILS_BYTES: usize = 512;

/// Whom a token was made for, and what it lets its holder do.
///
/// ```
/// use auth_runtime::opaque::Holder;
///
/// struct Pat { label: String }
/// let holder = Holder::new("alice").scopes(["read"]).id("7").expires_at(1_893_456_000).details(Pat { label: "laptop".into() });
/// # let _ = holder;
/// ```
#[must_use]
pub struct Holder<T = ()> {
    subject: Box<str>,
    scopes: Option<Vec<Box<str>>>,
    roles: Option<Vec<Box<str>>>,
    expires_at: Option<UnixTime>,
    issued_at: Option<UnixTime>,
    id: Option<Box<str>>,
    details: T,
    details_bytes: Option<usize>,
}

impl Holder {
    /// The identifier of the user. Scopes and roles are unknown, so that policies that ask for any deny, and the token never
    /// expires.
    pub fn new(subject: impl Into<Box<str>>) -> Self {
        Self {
            subject: subject.into(),
            scopes: None,
            roles: None,
            expires_at: None,
            issued_at: None,
            id: None,
            details: (),
            details_bytes: None,
        }
    }
}

impl<T> Holder<T> {
    /// The scopes granted. An empty list says that there are none.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The roles held. An empty list says that there are none.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.roles = Some(roles.into_iter().map(Into::into).collect());
        self
    }

    /// When the token expires, in seconds since 1970; from that second on it is refused.
    pub fn expires_at(mut self, at: UnixTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// When the token was made, in seconds since 1970. A store of [revocations](crate::revocation) that revokes everything issued to a
    /// subject up to some moment refuses a token of which it does not know.
    pub fn issued_at(mut self, at: UnixTime) -> Self {
        self.issued_at = Some(at);
        self
    }

    /// What the token is known by, and can be revoked by: never the token itself.
    pub fn id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Whatever else handlers want to know, which they take as [`Details<D>`](crate::Details).
    pub fn details<D>(self, details: D) -> Holder<D> {
        let Self { subject, scopes, roles, expires_at, issued_at, id, details_bytes, .. } = self;
        Holder { subject, scopes, roles, expires_at, issued_at, id, details, details_bytes }
    }

    /// How many bytes the details take beyond their own size, such as those of texts in them, for the bound on what is
    /// [remembered](super::Opaque::cache_bytes); by default 512 are assumed.
    pub fn details_bytes(mut self, bytes: usize) -> Self {
        self.details_bytes = Some(bytes);
        self
    }
}

/// Personal data is left out.
impl<T> fmt::Debug for Holder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The same, whatever its details are.
pub(super) struct FoundHolder {
    subject: Box<str>,
    scopes: Option<Vec<Box<str>>>,
    roles: Option<Vec<Box<str>>>,
    pub(super) expires_at: Option<UnixTime>,
    pub(super) issued_at: Option<UnixTime>,
    pub(super) id: Option<Box<str>>,
    details: Arc<dyn Any + Send + Sync>,
    details_bytes: usize,
}

impl<T: Send + Sync + 'static> From<Holder<T>> for FoundHolder {
    fn from(holder: Holder<T>) -> Self {
        let Holder { subject, scopes, roles, expires_at, issued_at, id, details, details_bytes } = holder;
        let details_bytes = size_of::<T>().saturating_add(details_bytes.unwrap_or(DETAILS_BYTES));
        Self { subject, scopes, roles, expires_at, issued_at, id, details: Arc::new(details), details_bytes }
    }
}

impl FoundHolder {
    /// The caller, and how many bytes it takes.
    pub(super) fn principal(
        &self,
        configuration: Option<Arc<str>>,
        issuer: &Arc<str>,
        token: String,
    ) -> (Principal, usize) {
        let mut claims = Map::new();
        claims.insert("sub".into(), json!(self.subject));
        let mut add = |name: &str, value: Option<Value>| claims.extend(value.map(|value| (name.to_owned(), value)));
        add("scope", self.scopes.as_ref().map(|scopes| json!(scopes.join(" "))));
        add("roles", self.roles.as_ref().map(|roles| json!(roles)));
        add("exp", self.expires_at.map(Value::from));
        add("iat", self.issued_at.map(Value::from));
        add("jti", self.id.as_ref().map(|id| json!(id)));
        let names = self.scopes.iter().chain(&self.roles).flatten();
        let texts = names.map(|name| name.len().saturating_add(64)).fold(self.subject.len(), usize::saturating_add);
        let mut principal = Principal::builder(crate::jwt::SCHEME, self.subject.clone())
            .configuration(configuration)
            .issuer(Arc::clone(issuer))
            .claims(claims)
            .credential_id(token);
        if let Some(scopes) = &self.scopes {
            principal = principal.scopes(scopes.iter().cloned());
        }
        if let Some(roles) = &self.roles {
            principal = principal.roles(roles.iter().cloned());
        }
        if let Some(at) = self.expires_at {
            principal = principal.expires_at(at);
        }
        let bytes = texts.saturating_mul(4).saturating_add(self.details_bytes);
        (principal.shared_details(Arc::clone(&self.details)).build(), bytes)
    }
}
