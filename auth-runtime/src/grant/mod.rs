//! What a good decision leaves: the caller, and the proof that a policy admitted the request.

mod argument;
mod arguments;
mod caller;

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

pub use argument::{Argument, Takes};
pub(crate) use arguments::extract;
pub use arguments::{Extract, Source};

pub use caller::IdentityError;
pub(crate) use caller::{Caller, UnfitClaim};

/// Proof that policy `P` admitted the request. Only the runtime makes one.
pub struct Grant<P> {
    caller: Caller,
    policy: PhantomData<fn() -> P>,
}

impl<P> Grant<P> {
    pub(crate) fn new(caller: Caller) -> Self {
        Self { caller, policy: PhantomData }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn into_caller(self) -> Caller {
        self.caller
    }
}

/// A type that a handler or a check under policy `P` can take as an argument.
///
/// Every extractor of actix is one. The identities [`Bearer`], [`Basic`], [`ApiKey`], [`Principal`] and [`Granted`] are
/// only where `P` yields them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not available under the policy of this handler",
    label = "this policy does not yield it, and it is no extractor",
    note = "`Bearer<C>`, `Basic` and `ApiKey` need a policy that requires that scheme alone, as `#[requires(bearer)]` does; \
            `Principal` needs one that requires any; `Granted<P>` needs `policy = P`",
    note = "where the scheme is optional or one of several, take `Optional<…>` of it",
    note = "`C` of `Bearer<C>` must implement `serde::Deserialize`; every other argument `actix_web::FromRequest`"
)]
pub trait FromGrant<P>: Sized {
    /// Why it could not be had.
    type Error: Into<actix_web::Error>;
    /// The extraction.
    type Future: Future<Output = Result<Self, Self::Error>>;
    /// Whether it comes out of the grant alone. Such arguments are taken first, so that an identity that does not fit is
    /// refused before another argument reads the body.
    #[doc(hidden)]
    const IDENTITY: bool = true;

    /// Takes the argument out of the grant or the request.
    fn from_grant(grant: &Grant<P>, request: &HttpRequest, payload: &mut Payload) -> Self::Future;
}

impl<P, T: FromRequest> FromGrant<P> for T {
    type Error = T::Error;
    type Future = T::Future;
    const IDENTITY: bool = false;

    fn from_grant(_: &Grant<P>, request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        T::from_request(request, payload)
    }
}

/// Identity `S` is certain under the implementing policy. Only the macros implement it.
pub trait Yields<S: ?Sized> {}
/// Identity `S` is possible under the implementing policy. Only the macros implement it.
pub trait MayYield<S: ?Sized> {}
/// The implementing policy demands all that policy `Q` does. Only the macros implement it.
pub trait Includes<Q: ?Sized> {}
/// Stands for [`Principal`] where a scheme's type would.
pub enum AnyScheme {}
