//! Making a principal.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::authentication::{AuthenticationContext, Confirmation};
use super::claims::Claims;
use super::{Known, Principal};
use crate::time::UnixTime;

/// Builds a [`Principal`]; what is not said is unknown, and a condition over what is unknown denies.
///
/// ```
/// use auth_runtime::Principal;
///
/// struct Till(u32);
/// let caller = Principal::builder("certificate", "CN=till-7").roles(["cashier"]).details(Till(7)).build();
/// assert_eq!(caller.details::<Till>().unwrap().0, 7);
/// ```
#[must_use]
pub struct PrincipalBuilder(pub(super) Known);

impl PrincipalBuilder {
    /// Scopes and roles, each granted and disputed.
    #[cfg(test)]
    pub(crate) fn claimed(mut self, scopes: Option<[Vec<&str>; 2]>, roles: Option<[Vec<&str>; 2]>) -> Self {
        let claimed = |[granted, disputed]: [Vec<&str>; 2]| {
            let disputed = Some(Box::new(disputed.into_iter().collect()));
            crate::principal::Claimed { disputed, ..granted.into_iter().collect() }
        };
        (self.0.scopes, self.0.roles) = (scopes.map(claimed), roles.map(claimed));
        self
    }

    /// The named configuration that verified the caller.
    pub fn configuration(mut self, name: Option<Arc<str>>) -> Self {
        self.0.configuration = name;
        self
    }

    /// Who vouches for the subject.
    pub fn issuer(mut self, issuer: impl Into<Arc<str>>) -> Self {
        self.0.issuer = Some(issuer.into());
        self
    }

    /// The scopes granted. Calling this makes them known, even when there are none.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.0.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The roles held. Calling this makes them known, even when there are none.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.0.roles = Some(roles.into_iter().map(Into::into).collect());
        self
    }

    /// All claims of a token.
    pub fn claims(mut self, claims: Map<String, Value>) -> Self {
        self.0.claims = Some(Claims::of_map(claims));
        self
    }

    /// When the credentials expire, in seconds since 1970.
    pub fn expires_at(mut self, at: UnixTime) -> Self {
        self.0.expires_at = Some(at);
        self
    }

    /// Anything else that handlers or extractors want to know of the caller, found again by its type. Called again with
    /// another type, adds.
    pub fn details<T: Send + Sync + 'static>(self, details: T) -> Self {
        self.shared_details(Arc::new(details))
    }

    pub(crate) fn shared_details(mut self, details: Arc<dyn Any + Send + Sync>) -> Self {
        self.0.details.push(details);
        self
    }

    /// How strongly the caller was authenticated.
    pub fn acr(mut self, class: impl Into<Box<str>>) -> Self {
        self.authentication().class = Some(class.into());
        self
    }

    /// By which methods the caller was authenticated.
    pub fn amr(mut self, methods: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.authentication().methods = methods.into_iter().map(Into::into).collect();
        self
    }

    /// When the caller last proved who it is, in seconds since 1970.
    pub fn auth_time(mut self, at: UnixTime) -> Self {
        self.authentication().time = Some(at);
        self
    }

    /// The session that the credentials belong to.
    pub fn session_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.authentication().session_id = Some(id.into());
        self
    }

    /// What the credentials are bound to.
    ///
    /// # Security
    /// Say it only after the proof of possession was checked.
    pub fn confirmation(mut self, confirmation: Confirmation) -> Self {
        self.authentication().confirmation = Some(confirmation);
        self
    }

    /// Tells these credentials from others of the caller. Never the credentials themselves.
    pub(crate) fn credential_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.authentication().credential_id = Some(id.into());
        self
    }

    fn authentication(&mut self) -> &mut AuthenticationContext {
        self.0.authentication.get_or_insert_default()
    }

    /// The finished principal.
    pub fn build(self) -> Principal {
        Principal(Arc::new(self.0))
    }
}

/// What has been said is left out: it may hold personal data.
impl fmt::Debug for PrincipalBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrincipalBuilder").field("scheme", &self.0.scheme).finish_non_exhaustive()
    }
}
