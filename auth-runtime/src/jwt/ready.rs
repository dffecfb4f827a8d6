//! Which [`Jwt`] is complete enough to be used.
#![allow(clippy::exhaustive_enums, reason = "nobody matches on a marker, and it has no values")]

use crate::jwt::jwt::Jwt;
use crate::jwt::settings::TokenSettings;

/// Nothing said yet: `.bearer(…)` does not take such a [`Jwt`].
#[derive(Clone, Copy, Debug)]
pub enum Unsaid {}

/// Said: one of the methods that decide it was called.
#[derive(Clone, Copy, Debug)]
pub enum Said {}

/// [`Jwt::audience`] was called; it may be called again.
#[derive(Clone, Copy, Debug)]
pub enum Audiences {}

/// [`Jwt::client_id`] was called; it may be called again.
#[derive(Clone, Copy, Debug)]
pub enum Clients {}

mod sealed {
    use super::*;

    pub trait Sealed {}
    impl Sealed for Said {}
    impl Sealed for Audiences {}
    impl Sealed for Clients {}

    pub trait IntoSettings {
        #[doc(hidden)]
        fn into_settings(self) -> TokenSettings;
    }
    impl<I, A> IntoSettings for Jwt<I, A> {
        fn into_settings(self) -> TokenSettings {
            TokenSettings {
                carriers: self.carriers,
                authorities: self.authorities,
                jwt: Some(self.settings),
                opaque: self.opaque,
            }
        }
    }
}

pub(crate) use sealed::IntoSettings;

/// The state of a [`Jwt`] that knows whose tokens it trusts.
#[diagnostic::on_unimplemented(
    message = "this `Jwt` does not say whose tokens it trusts",
    label = "no issuer said",
    note = "add `.issuer(\"https://…\")`, the exact `iss` of the tokens; or `.dangerous_any_issuer()` if the key alone decides"
)]
pub trait IssuerSaid: sealed::Sealed {}
impl IssuerSaid for Said {}

/// The state of a [`Jwt`] that knows for whom its tokens must be meant.
#[diagnostic::on_unimplemented(
    message = "this `Jwt` does not say for whom its tokens must be meant",
    label = "no audience said",
    note = "add `.audience(\"https://…\")`, the name of this service in `aud`; `.client_id(\"…\")` if the access tokens \
            carry no `aud`; or `.dangerous_any_audience()` if tokens for other services may be used here"
)]
pub trait AudienceSaid: sealed::Sealed {}
impl AudienceSaid for Said {}
impl AudienceSaid for Audiences {}
impl AudienceSaid for Clients {}

/// A [`Jwt`] that says both whose tokens it trusts and for whom they must be meant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a complete JWT configuration",
    label = "issuer or audience missing",
    note = "start with a key, then say both: `Jwt::hs256(secret).issuer(\"https://…\").audience(\"https://…\")`"
)]
pub trait ReadyJwt: IntoSettings {}
impl<I: IssuerSaid, A: AudienceSaid> ReadyJwt for Jwt<I, A> {}
