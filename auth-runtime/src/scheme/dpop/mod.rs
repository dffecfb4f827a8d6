//! Tokens that are bound to a key of the client: DPoP (RFC 9449).
//!
//! A bearer token is good for whoever has it. One that is bound to a key (`cnf.jkt`) comes in `Authorization: DPoP`, and with each
//! request a proof in the field `DPoP`: a JWT, signed by that key, of this method, this URL, this token and now. A stolen token is
//! good for nothing without the key, and a stolen request is good for nothing again. In a handler, take `Dpop<Claims>` for the caller,
//! as you would take `Bearer<Claims>`.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::testing::{TestDpopKey, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Dpop, requires};
//!
//! #[requires(dpop, scope = "pay")]
//! #[get("/pay")]
//! async fn pay(caller: Dpop) -> String {
//!     caller.principal().subject().to_owned()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! // In production: `.dpop(Jwt::oidc("https://idp.example").audience("https://api.example"))`.
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().public_origin("https://api.example").dpop(issuer.jwt()).build()?;
//! let app = test::init_service(App::new().service(auth.scope("").service(pay))).await;
//!
//! let key = TestDpopKey::new();
//! let token = issuer.token().subject("alice").scope("pay").bound_to(&key).sign();
//! let request = || test::TestRequest::with_uri("/pay");
//! let proof = key.proof("GET", "https://api.example/pay").token(&token).sign();
//! let good = request().dpop(&token, &proof).to_request();
//! assert_eq!(test::call_and_read_body(&app, good).await, "alice");
//!
//! let again = test::call_service(&app, request().dpop(&token, &proof).to_request()).await;
//! assert_eq!(again.status(), 401, "a proof counts once");
//! let stolen = test::call_service(&app, request().bearer(&token).to_request()).await;
//! assert_eq!(stolen.status(), 401, "and the token is nothing without");
//! # Ok(())
//! # }
//! ```
//!
//! # Security
//! - The token is verified first, then the proof. All bad proofs get one answer, `invalid_dpop_proof`; the event says why.
//! - `htu` is compared with [`public_origin`](crate::config::AuthBuilder::public_origin), which must be configured, never with
//!   what a request says of its host.
//! - A proof is accepted when its `iat` is within 60 seconds of now, either way, and once: used proofs are remembered in this
//!   process, or with [`SharedProofs`] for all machines. What is remembered in a process is gone when it is restarted; a proof
//!   from the minute before could then be used again. With [`require_nonce`](DpopTokens::require_nonce) it could not.
//! - The query and the body are not part of a proof: over TLS nobody changes them.
//! - `any(dpop, bearer)` needs the clause `allow_downgrade`, since it lets tokens in that are bound to nothing. One that is bound
//!   counts in its own scheme only, with or without that clause.

mod key;
mod proof;
mod replays;
#[cfg(feature = "redis")]
mod shared;
#[cfg(test)]
mod tests;
mod tokens;
mod verifier;

use std::sync::Arc;

use actix_web::http::header::ORIGIN;

use self::proof::{FIELD, ProvenRequest, TokenDigest};
use self::verifier::{ProofVerifier, nonce_fields};
use crate::authorities::AuthorityLoader;
use crate::denial::{Challenge, Reason, Rejection};
use crate::http::authorization::{Authorization, authorization};
use crate::http::field::Field;
use crate::jwt::AcceptedTokens;
use crate::principal::{Forgetful, Principal};
use crate::scheme::{
    Additions, Authentication, Context, Credentials, Evidence, Outcome, Read, Recheck, Recognition, Response, Scheme,
    SchemeDescription, ScopeNames, TokenCarrier,
};
use crate::time::UnixTime;

#[cfg(feature = "redis")]
pub use self::shared::SharedProofs;
pub use self::tokens::{DpopTokens, ReadyDpop};

/// Name of the scheme in principals, logs and metrics.
const NAME: &str = "dpop";

/// The scheme behind `#[requires(dpop)]`; configured by [`DpopTokens`].
pub struct DpopScheme {
    tokens: Arc<AcceptedTokens>,
    scope_names: ScopeNames,
    authorities: Option<AuthorityLoader>,
    proofs: Arc<ProofVerifier>,
    base_path: Arc<str>,
}

debug_by_name!([] DpopScheme as "DpopScheme";);

#[diagnostic::do_not_recommend]
impl Scheme for DpopScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let algorithms: Vec<&'static str> = self.proofs.algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let challenge = Challenge::oauth("DPoP").parameter("algs", algorithms.join(" "));
        let mut description = SchemeDescription::new(challenge)
            .with_fixed_challenge()
            .authorization("DPoP")
            .proven_in(FIELD, algorithms.clone())
            .loaded_by(self.authorities.clone())
            .scope_names(self.scope_names.clone());
        description = algorithms.iter().fold(description, |it, name| it.allows("proof_algorithm", *name));
        if self.proofs.nonces.is_some() {
            description = description.demands("proof", "with a nonce");
        }
        self.tokens.describe(description)
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        Credentials::Explicit(match authorization(context.authorization(), "DPoP") {
            Authorization::Absent => return Credentials::Absent,
            Authorization::Repeated => Evidence::unreadable(Rejection::authorization_repeated()),
            Authorization::Present(token) => Evidence(Read::Token { carrier: TokenCarrier::Header, token }),
        })
    }

    fn recognizes<'a>(&self, context: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
        match evidence.0 {
            Read::Token { token, .. } => self.tokens.recognizes(context, token),
            _ => Recognition::No,
        }
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let Read::Token { carrier, token } = evidence.0 else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        // `build` demands it.
        let Some(origin) = context.public_origin() else { return Outcome::failed(Reason::SchemeUnconfigured).into() };
        match self.tokens.judge(context, carrier, token) {
            Authentication::Ready(Outcome::Verified(principal)) => {
                let request = ProvenRequest {
                    method: context.method(),
                    uri: context.uri(),
                    origin,
                    base_path: &self.base_path,
                    token: &TokenDigest::of(token),
                    is_cross_origin: context.headers().contains_key(ORIGIN),
                };
                self.proofs.verify(principal, Field::read(context.headers(), FIELD), request, &**context.clock())
            }
            Authentication::Ready(refused) => refused.into(),
            Authentication::Pending(judged) => {
                let (proofs, base_path, origin) =
                    (Arc::clone(&self.proofs), Arc::clone(&self.base_path), origin.to_owned());
                let (method, uri, clock) =
                    (context.method().clone(), context.uri().clone(), Arc::clone(context.clock()));
                let is_cross_origin = context.headers().contains_key(ORIGIN);
                let token = TokenDigest::of(token);
                let lines: Vec<_> = context.headers().get_all(FIELD).take(2).cloned().collect();
                Authentication::pending(async move {
                    let principal = match judged.await {
                        Outcome::Verified(principal) => principal,
                        refused => return refused,
                    };
                    let (method, uri, origin, base_path, token) = (&method, &uri, &*origin, &*base_path, &token);
                    let request = ProvenRequest { method, uri, origin, base_path, token, is_cross_origin };
                    proofs.verify(principal, Field::among(&lines), request, &*clock).done().await
                })
            }
        }
    }

    /// The next nonce, where the one that was sent gets old.
    fn respond(&self, context: &Context<'_>, principal: Option<&Principal>) -> Response {
        let next = || self.proofs.next_nonce(Field::read(context.headers(), FIELD), &**context.clock());
        match principal.and_then(|_| next()) {
            None => Response::Nothing,
            Some(nonce) => {
                let fields = nonce_fields(nonce, context.headers().contains_key(ORIGIN));
                let add = |additions: Additions, (name, value)| additions.append(name, value);
                Response::Ready(fields.into_iter().fold(Additions::new(), add))
            }
        }
    }

    fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        self.tokens.recheck(principal, now)
    }

    /// Whether the keys of every issuer were fetched and are not too old.
    #[cfg(feature = "jwks")]
    fn is_ready(&self) -> bool {
        self.tokens.is_ready()
    }
}

impl DpopScheme {
    /// What remembers callers.
    pub(crate) fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        self.tokens.forgetful()
    }
}
