//! Extracting all arguments of a function, in order.

// Each type parameter names the variable that holds its argument.
#![allow(non_snake_case)]

use actix_web::dev::Payload;
use actix_web::{Error, HttpRequest};

use crate::grant::{FromGrant, Grant, IdentityError};
use crate::principal::DetailsType;

/// Up to sixteen arguments, each by its own way.
#[diagnostic::on_unimplemented(
    message = "the policy of this handler does not yield all of its arguments",
    note = "see the argument underlined in another error for what to take instead"
)]
pub trait Extract<P, Via>: Sized {
    /// Those among them that come out of the grant.
    type Identities;

    /// The details that they take for granted of every caller.
    fn details() -> Vec<DetailsType>;

    /// Takes the identities: after them nothing but the function's own arguments can refuse the request.
    fn identities(source: &GrantedRequest<P>) -> Result<Self::Identities, IdentityError>;

    /// Takes every other argument in written order, each after the one before is complete.
    fn extract(
        identities: Self::Identities,
        source: &mut GrantedRequest<P>,
    ) -> impl Future<Output = Result<Self, Error>>;
}

/// What arguments are taken from.
pub struct GrantedRequest<P> {
    pub(crate) grant: Grant<P>,
    pub(crate) request: HttpRequest,
    pub(crate) payload: Payload,
}

debug_by_name!([P] GrantedRequest<P> as "GrantedRequest";);

/// The arguments that a check takes.
pub(crate) async fn extract<P, Via, T: Extract<P, Via>>(mut source: GrantedRequest<P>) -> Result<T, Error> {
    let identities = T::identities(&source)?;
    T::extract(identities, &mut source).await
}

impl<P> Extract<P, ()> for () {
    type Identities = ();

    fn details() -> Vec<DetailsType> {
        Vec::new()
    }

    fn identities(_: &GrantedRequest<P>) -> Result<(), IdentityError> {
        Ok(())
    }

    async fn extract((): (), _: &mut GrantedRequest<P>) -> Result<Self, Error> {
        Ok(())
    }
}

macro_rules! extract_tuples {
    ($($($argument:ident $via:ident)+;)+) => {$(
        impl<P, $($argument: FromGrant<P, $via>, $via),+> Extract<P, ($($via,)+)> for ($($argument,)+) {
            type Identities = ($(Option<$argument>,)+);

            fn details() -> Vec<DetailsType> {
                [$($argument::details()),+].into_iter().flatten().collect()
            }

            fn identities(source: &GrantedRequest<P>) -> Result<Self::Identities, IdentityError> {
                Ok(($($argument::from_grant(&source.grant, &source.request)?,)+))
            }

            async fn extract(($($argument,)+): Self::Identities, source: &mut GrantedRequest<P>) -> Result<Self, Error> {
                Ok(($(match $argument {
                    Some(identity) => identity,
                    None => $argument::from_request(&source.request, &mut source.payload).await?,
                },)+))
            }
        }
    )+};
}

extract_tuples! {
    A Va;
    A Va B Vb;
    A Va B Vb C Vc;
    A Va B Vb C Vc D Vd;
    A Va B Vb C Vc D Vd E Ve;
    A Va B Vb C Vc D Vd E Ve F Vf;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk L Vl;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk L Vl M Vm;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn O Vo;
    A Va B Vb C Vc D Vd E Ve F Vf G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn O Vo Q Vq;
}
