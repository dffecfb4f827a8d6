//! The routes: one for each kind of policy.

use actix_web::{HttpResponse, Responder, get, post, web};
use auth_runtime::openapi::ServiceConfig;
use auth_runtime::{Auth, Checked, Denial, Optional, Principal, public, requires};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use crate::accounts::Users;
use crate::auth;
use crate::docs;
use crate::environment::Environment;
use crate::machines;
use crate::people;
use crate::revoke::{self, Revoking};

/// Adds all of them that this environment has a scheme for.
pub(crate) fn mount(
    config: &mut ServiceConfig<'_>,
    auth: &Auth,
    environment: &Environment,
    revoking: Option<&Revoking>,
) {
    docs::mount(config, auth, environment);
    if environment.provider.is_some() {
        config.service(idp).service(idp_admin);
    }
    if auth.resource_metadata_url().is_some() {
        config.map(|config| {
            config.service(auth.resource_metadata_service());
        });
    }
    if environment.introspection.is_some() {
        config.service(opaque);
    }
    if let Some(revoking) = revoking {
        config
            .map(|config| {
                config.app_data(web::Data::new(revoking.clone()));
            })
            .service(revoke::revoke);
    }
    config
        .map(|config| {
            config.app_data(web::JsonConfig::default().limit(1024)).app_data(web::Data::new(Users::of(auth::ISSUER)));
        })
        .map(|config| {
            config.app_data(web::Data::new(auth.clone()));
        })
        .map(|config| {
            config.app_data(web::Data::new(people::AtProvider(environment.login.is_some())));
        })
        .service(people::home)
        .service(people::login)
        .service(people::log_in)
        .service(people::log_out)
        .service(people::me)
        .service(people::api_me)
        .service(people::api_note)
        .service(people::sessions)
        .service(people::end_session)
        .service(health)
        .service(bearer)
        .service(bearer_admin)
        .service(bearer_both)
        .service(bearer_echo)
        .service(basic)
        .service(digest)
        .service(machines::dpop)
        .service(machines::dpop_nonce)
        .service(key)
        .service(key_query)
        .service(either)
        .service(optional)
        .service(limited)
        .service(machines::fresh)
        .service(machines::strong)
        .service(machines::certificate)
        .service(ops)
        .service(mixed)
        .service(account)
        .service(teapot)
        .service(edge)
        .service(show_order)
        .service(lock_order)
        .service(hidden)
        .service(partner)
        .service(pat)
        .service(pat_either)
        .service(db);
}

/// Who called, as every protected route answers.
#[derive(Serialize, ToSchema, IntoResponses)]
#[response(status = 200, description = "who called")]
pub(crate) struct Caller {
    subject: Option<String>,
    scheme: Option<&'static str>,
    scopes: Vec<String>,
    roles: Vec<String>,
}

pub(crate) fn tell(who: Option<&Principal>) -> HttpResponse {
    HttpResponse::Ok().json(Caller {
        subject: who.map(|who| who.subject().to_owned()),
        scheme: who.map(Principal::scheme),
        scopes: who.and_then(Principal::scopes).into_iter().flatten().map(str::to_owned).collect(),
        roles: who.and_then(Principal::roles).into_iter().flatten().map(str::to_owned).collect(),
    })
}

/// What actix-web answers to a body that it cannot read.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "it stands for answers that actix-web writes")]
pub(crate) enum Unread {
    #[response(status = 400, description = "not the JSON that is wanted", content_type = "text/plain")]
    Malformed(String),
    #[response(status = 413, description = "too long a body", content_type = "text/plain")]
    TooLong(String),
}

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

#[utoipa::path(responses((status = 200, description = "it lives", body = Health)))]
#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> impl Responder {
    web::Json(Health { status: "ok" })
}

#[utoipa::path(responses(Caller))]
#[requires(bearer)]
#[get("/bearer")]
async fn bearer(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, scope = "admin")]
#[get("/bearer/admin")]
async fn bearer_admin(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, scope = "read write")]
#[get("/bearer/both")]
async fn bearer_both(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(
    request_body = Value,
    responses((status = 200, description = "the body, as it came", body = Value), Unread)
)]
#[requires(bearer)]
#[post("/bearer/echo")]
async fn bearer_echo(body: web::Json<Value>) -> impl Responder {
    body
}

#[utoipa::path(responses(Caller))]
#[requires(basic)]
#[get("/basic")]
async fn basic(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(digest)]
#[get("/digest")]
async fn digest(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(api_key)]
#[get("/key")]
async fn key(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(api_key("query"))]
#[get("/key/query")]
async fn key_query(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(any(bearer, api_key, basic))]
#[get("/either")]
async fn either(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, limit = "5/min")]
#[get("/limited")]
async fn limited(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(optional(bearer))]
#[get("/optional")]
async fn optional(who: Optional<Principal>) -> impl Responder {
    tell(who.as_ref())
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, role = "ops")]
#[get("/ops")]
async fn ops(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, scope("read") && (role("ops") || scope("admin")))]
#[get("/mixed")]
async fn mixed(who: Principal) -> impl Responder {
    tell(Some(&who))
}

/// An account is shown to its holder only: the token's claim `account`, a string or a number, must be the id in the path.
async fn holds_account(id: web::Path<String>, who: Principal) -> bool {
    match who.claims().and_then(|claims| claims.get("account")) {
        Some(Value::String(holder)) => *holder == *id,
        Some(Value::Number(holder)) => holder.to_string() == *id,
        _ => false,
    }
}

#[utoipa::path(params(("id" = String, Path, description = "the account")), responses(Caller))]
#[requires(bearer, check = holds_account)]
#[get("/accounts/{id}")]
async fn account(who: Principal) -> impl Responder {
    tell(Some(&who))
}

/// Whoever asks, a teapot brews no coffee.
async fn brews_coffee() -> Result<(), Denial> {
    Err(Denial::conflict("this is a teapot").code("teapot"))
}

#[utoipa::path(responses((status = 409, description = "a teapot brews no coffee", content_type = "application/problem+json")))]
#[requires(bearer, check = brews_coffee)]
#[get("/teapot")]
async fn teapot(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("edge"))]
#[get("/edge")]
async fn edge(who: Principal) -> impl Responder {
    tell(Some(&who))
}

/// An order, as a database would have it.
#[derive(Serialize, ToSchema)]
struct Order {
    id: u32,
    owner: &'static str,
}

impl Order {
    /// Order 1 is alice's and order 2 bob's, of the default issuer. Others are not there, which looks like somebody else's.
    async fn load(id: web::Path<u32>, who: Principal) -> Option<Self> {
        let owner = match *id {
            1 => "alice",
            2 => "bob",
            _ => return None,
        };
        let caller = who.key();
        (caller.issuer() == auth::ISSUER && caller.subject() == owner).then_some(Self { id: *id, owner })
    }
}

#[utoipa::path(
    params(("id" = u32, Path, description = "1 is alice's, 2 is bob's")),
    responses(
        (status = 200, description = "the order", body = Order),
        (status = 404, description = "not the number of an order", content_type = "text/plain"),
    )
)]
#[requires(bearer, check = Order::load -> Order)]
#[get("/orders/{id}")]
async fn show_order(order: Checked<Order>) -> impl Responder {
    HttpResponse::Ok().json(&*order)
}

/// Which order is to be locked.
#[derive(Deserialize, ToSchema)]
struct Lock {
    id: u32,
}

#[derive(Serialize, ToSchema)]
struct Locked {
    locked: u32,
}

/// An order is locked by its owner only.
async fn may_lock(body: &web::Json<Lock>, who: Principal) -> bool {
    Order::load(web::Path::from(body.id), who).await.is_some()
}

#[utoipa::path(responses((status = 200, description = "it is locked", body = Locked), Unread))]
#[requires(bearer, check_after = may_lock(body))]
#[post("/orders/lock")]
async fn lock_order(body: web::Json<Lock>) -> impl Responder {
    web::Json(Locked { locked: body.id })
}

#[utoipa::path(responses(Caller))]
#[requires(bearer, scope = "admin", hide)]
#[get("/hidden")]
async fn hidden(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("partner"))]
#[get("/partner")]
async fn partner(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("pat"))]
#[get("/pat")]
async fn pat(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(any(bearer("pat"), bearer))]
#[get("/pat/either")]
async fn pat_either(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("db"), role = "editor")]
#[get("/db")]
async fn db(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("idp"))]
#[get("/idp")]
async fn idp(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("idp"), scope = "admin")]
#[get("/idp/admin")]
async fn idp_admin(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[utoipa::path(responses(Caller))]
#[requires(bearer("opaque"))]
#[get("/opaque")]
async fn opaque(who: Principal) -> impl Responder {
    tell(Some(&who))
}
