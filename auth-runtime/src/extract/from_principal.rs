//! Identities of the application's own.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::denial::Denial;
use crate::extract::identity::{Identity, IdentityOf};
use crate::grant::{AnyScheme, FromGrant, Grant, IdentityError, ViaPrincipal, Yields};
use crate::policy::Policy;
use crate::principal::Principal;

/// An identity of your own, made from the verified caller: a handler or a check takes it as an argument wherever the
/// policy yields a [`Principal`], and [`Optional`](crate::Optional) of it wherever it may.
///
/// Like every identity it is taken before the request's body is read, and sees nothing of the request but its caller.
///
/// ```standalone_crate
/// use auth_runtime::{Denial, FromPrincipal, Principal, requires};
///
/// /// Somebody who works here.
/// struct Employee { number: u32 }
///
/// impl FromPrincipal for Employee {
///     type Error = Denial;
///
///     fn from_principal(principal: &Principal) -> Result<Self, Denial> {
///         match principal.subject().strip_prefix("employee-").map(str::parse) {
///             Some(Ok(number)) => Ok(Self { number }),
///             _ => Err(Denial::forbidden("for employees only")),
///         }
///     }
/// }
///
/// #[requires(any(bearer, api_key))]
/// async fn desk(who: Employee) -> String {
///     format!("desk of {}", who.number)
/// }
/// ```
///
/// # Errors
/// What the caller is not. It is answered, shaped and logged as the denial that a check returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no identity",
    note = "implement `auth_runtime::FromPrincipal` for it"
)]
pub trait FromPrincipal: Sized {
    /// Why this caller is not one.
    type Error: Into<Denial>;

    /// Makes the identity of the caller.
    fn from_principal(principal: &Principal) -> Result<Self, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: FromPrincipal> Identity for T {
    type Scheme = AnyScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let made = caller.principal().map(T::from_principal).transpose();
        made.map_err(|denial| IdentityError::said(Arc::new(denial.into())))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<AnyScheme>>, T: FromPrincipal> FromGrant<P, ViaPrincipal> for T {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        super::identity::certain(grant).map(Some)
    }
}
