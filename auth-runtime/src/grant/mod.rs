//! What a good decision leaves: the caller, and the proof that a policy admitted the request.

mod access;
mod arguments;
mod caller;

use std::future::ready;
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

pub(crate) use access::{AnyScheme, Loads, MayYield, Yields};
#[cfg(feature = "outgoing")]
pub(crate) use access::{CarriesToken, YieldsToken};
pub use access::{CheckedAfter, Everything, Implies, Includes, Loading, Maybe, Nobody, OneOf, Only, Standalone};
pub(crate) use arguments::{Extract, GrantedRequest, extract};
pub(crate) use caller::{Caller, IdentityError, Loaded, UnfitClaim, Verified};

use crate::denial::Reason;
use crate::principal::DetailsType;

/// Proof that policy `P` admitted the request. Only the runtime makes one.
pub struct Grant<P> {
    caller: Caller,
    policy: PhantomData<fn() -> P>,
}

debug_by_name!([P] Grant<P> as "Grant";);

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

/// A type that a handler or a check under policy `P` can take as an argument, and the way it comes there.
///
/// It cannot be named outside the crate: what comes out of the grant is taken before anything else, and is shown the body
/// of a request that only a verified caller may have read. Users' own identities implement
/// [`FromPrincipal`](crate::FromPrincipal).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not available under the policy of this handler",
    label = "the policy does not yield it, and actix-web cannot extract it",
    note = "where the scheme is optional or one of several, take `Optional<…>` of the identity; actix-web's `Option<…>` does not \
            take identities",
    note = "extractors implement `actix_web::FromRequest`; `web::Json<T>`, `web::Form<T>`, `web::Query<T>` and `web::Path<T>` do \
            where `T` implements `serde::Deserialize`, as the claims in `Bearer<T>` and the details in `Session<T>` must; derive it",
    note = "`Bearer<T>`, `Dpop<T>`, `Basic`, `Digest`, `ApiKey`, `Session<T>` and `SignOut` need a policy that requires that scheme alone, as `#[requires(bearer)]` \
            does; `Principal`, `Details<T>`, and every type of yours that implements `FromPrincipal`, one that requires any; `Granted<P>` needs \
            `policy = P`, `Checked<T>` a check that loads it: `check = load -> T`; `OutgoingToken` one whose callers all have a token: `bearer`, `dpop`, or \
            `session` with the feature `login`",
    note = "a value that a check is given stands at its name: `check = can(Permission::Refund)`"
)]
pub trait FromGrant<P, Via>: Sized {
    /// The details that it takes for granted of every caller.
    fn details() -> Option<DetailsType> {
        None
    }

    /// Takes an identity out of the grant, and out of the request whose credentials were accepted; `None` for what is not an identity. A
    /// function's identities are taken first, so that one that does not fit is refused before another argument reads the body.
    fn from_grant(grant: &Grant<P>, request: &HttpRequest) -> Result<Option<Self>, IdentityError>;

    /// Extracts what is not an identity.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Self, Error>> {
        let _ = (request, payload);
        ready(Err(IdentityError::from(Reason::IdentityUnfit).into()))
    }
}

/// By actix's own extraction.
#[derive(Debug)]
#[non_exhaustive]
pub enum ViaRequest {}
/// Out of the grant.
#[derive(Debug)]
#[non_exhaustive]
pub enum ViaGrant {}
/// Out of the grant, where a place in the policy's list of schemes allows it.
pub struct ViaPlace<At>(PhantomData<At>);

debug_by_name!([At] ViaPlace<At> as "ViaPlace";);

/// Out of the grant, where the only scheme has tokens. Generated code names this way where it knows so much: if there is a
/// fault left, it is in the claims, and gets reported there.
#[derive(Debug)]
#[non_exhaustive]
pub enum ViaToken {}

/// What comes by [`ViaToken`].
pub trait FromToken<P>: Sized {
    /// Reads the claims.
    fn from_token(grant: &Grant<P>) -> Result<Self, IdentityError>;
}

impl<P, T: FromToken<P>> FromGrant<P, ViaToken> for T {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        T::from_token(grant).map(Some)
    }
}

/// Made of the principal by the application.
#[derive(Debug)]
#[non_exhaustive]
pub enum ViaPrincipal {}

impl<P, T: FromRequest> FromGrant<P, ViaRequest> for T {
    fn from_grant(_: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        Ok(None)
    }

    async fn from_request(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Error> {
        <T as FromRequest>::from_request(request, payload).await.map_err(Into::into)
    }
}
