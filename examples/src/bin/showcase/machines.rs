//! Tokens that are bound to a key or a certificate, and those that say how their user was authenticated.

use actix_web::{Responder, get};
use auth_runtime::principal::Confirmation;
use auth_runtime::{Principal, requires};

use crate::routes::{Caller, tell};

#[utoipa::path(responses(Caller))]
#[requires(dpop, scope = "read")]
#[get("/dpop")]
pub(crate) async fn dpop(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(dpop("nonce"))]
#[get("/dpop/nonce")]
pub(crate) async fn dpop_nonce(who: Principal) -> impl Responder {
    tell(Some(&who))
}

async fn is_bound(who: Principal) -> bool {
    matches!(who.confirmation(), Some(Confirmation::CertificateThumbprint(_)))
}

#[utoipa::path(responses(Caller))]
#[requires(any(client_certificate, bearer), check = is_bound)]
#[get("/certificate")]
pub(crate) async fn certificate(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, max_age = "60s")]
#[get("/fresh")]
pub(crate) async fn fresh(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, acr = "mfa")]
#[get("/strong")]
pub(crate) async fn strong(who: Principal) -> impl Responder {
    tell(Some(&who))
}
