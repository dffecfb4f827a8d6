//! A policy of every kind.

use std::cell::Cell;
use std::convert::Infallible;

use actix_service::ServiceFactory;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{App, Error, HttpResponse, delete, get, post, put, web};
use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::denial::Rejection;
use auth_runtime::opaque::Holder;
use auth_runtime::review::Caller;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{
    ApiKeys, Auth, Checked, Denial, Opaque, Optional, Principal, Scheme, policy, public, requires, route,
};

thread_local! {
    /// How often a handler ran that is not open, in this test: each has a thread of its own.
    pub(crate) static HANDLED: Cell<usize> = const { Cell::new(0) };
}

fn handled() -> &'static str {
    HANDLED.set(HANDLED.get() + 1);
    "handled"
}

/// Of checks nothing runs where the matrix asks.
async fn owns() -> bool {
    false
}

#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[public(reason = "people sign in here")]
#[post("/login")]
async fn login() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("no such user"))
}

#[requires(bearer, scope("orders:read") && (role("clerk") || check(owns)))]
#[get("/orders/{id}")]
pub(crate) async fn show_order() -> &'static str {
    handled()
}

struct Order;

async fn load(_: web::Path<u128>) -> Option<Order> {
    Some(Order)
}

#[requires(bearer, check = load -> Order)]
#[put("/orders/{id}")]
async fn change_order(_: Checked<Order>) -> &'static str {
    handled()
}

async fn fits(_: &web::Json<u8>) -> bool {
    true
}

#[requires(bearer, role = "clerk", check_after = fits(body))]
#[post("/orders/fit")]
async fn fit_order(body: web::Json<u8>) -> String {
    format!("{}{}", handled(), body.0)
}

#[requires(any(bearer && scope("orders:write"), api_key && role("robot"), basic))]
#[post("/orders")]
async fn new_order() -> &'static str {
    handled()
}

#[requires(optional(bearer))]
#[get("/greeting")]
async fn greeting(_: Optional<Principal>) -> &'static str {
    "hello"
}

#[requires(bearer, role = "admin", hide)]
#[delete(r"/users/{id:\d{2}}")]
async fn delete_user() -> &'static str {
    handled()
}

#[requires(bearer, claim("beta", true) && !claim("plan", "free") && !role("guest"))]
#[get("/beta")]
pub(crate) async fn beta() -> &'static str {
    handled()
}

#[requires(any(bearer("own"), bearer), !role("guest"))]
#[get("/either")]
async fn either() -> &'static str {
    handled()
}

#[requires(Signature, role("sender"))]
#[post("/hook")]
async fn hook() -> &'static str {
    handled()
}

#[requires(bearer)]
async fn fallback() -> &'static str {
    handled()
}

policy! { Area: bearer, role("clerk") }

/// A scheme whose credentials no builder knows.
pub(crate) struct Signature;

impl Scheme for Signature {
    fn name(&self) -> &'static str {
        "signature"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Signature")).header("X-Signature")
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get("X-Signature").map(|value| value.to_str()) {
            None => Credentials::Absent,
            Some(Ok(text)) => Credentials::Explicit(Evidence::new(text.to_owned())),
            Some(Err(_)) => Credentials::Explicit(Evidence::unreadable(Rejection::custom("unreadable"))),
        }
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let text = evidence.into_value::<String>().unwrap_or_default();
        match text.strip_prefix("signed ") {
            Some(roles) => {
                let roles = roles.split(',').filter(|role| !role.is_empty());
                Authentication::verified(Principal::builder(self.name(), "sender").roles(roles).build())
            }
            None => Authentication::refused(Rejection::credentials_wrong()),
        }
    }
}

pub(crate) fn issuer() -> TestIssuer {
    TestIssuer::with_secret([7; 32])
}

/// The keys of callers with the role `robot`, and without.
pub(crate) fn key_of(caller: &Caller) -> Option<String> {
    Some(if caller.roles().any(|role| role == "robot") { "key_of_a_robot" } else { "key_of_a_person" }.to_owned())
}

async fn find_token(token: KeyDigest) -> Result<Option<Holder>, Infallible> {
    let is_known = token == KeyDigest::of("own_token_of_alice");
    Ok(is_known.then(|| Holder::new("alice").roles(Vec::<String>::new())))
}

pub(crate) fn auth() -> Auth {
    let keys = [
        (KeyDigest::of("key_of_a_robot"), Key::new("robot").with_roles(["robot"])),
        (KeyDigest::of("key_of_a_person"), Key::new("person").with_roles(Vec::<String>::new())),
    ];
    let users = [("alice", bcrypt::hash("wonderland", 4).unwrap())];
    let users: String = users.iter().map(|(name, hash)| format!("{name}:{hash}\n")).collect();
    Auth::builder()
        .realm("shop")
        .bearer(issuer().jwt())
        .bearer_named("own", Opaque::lookup(find_token).prefix("own_").length(8..=64))
        .api_key(ApiKeys::header("X-API-Key", keys))
        .basic(Passwords::htpasswd(users))
        .scheme(Signature)
        .role_hierarchy("admin > clerk")
        .build()
        .unwrap()
}

/// Everything, in one scope.
pub(crate) fn mount<T, B>(app: App<T>, auth: &Auth) -> App<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    B: MessageBody + 'static,
{
    let area = web::scope("").default_service(web::to(|| async { HttpResponse::Ok().body(handled()) }));
    app.service(
        auth.scope("/shop")
            .service(health)
            .service(login)
            .service(fit_order)
            .service(show_order)
            .service(change_order)
            .service(new_order)
            .service(greeting)
            .service(delete_user)
            .service(beta)
            .service(either)
            .service(hook)
            .service_as::<Area>("/area", area)
            .default_service(route::to(fallback)),
    )
}

pub(crate) fn application(
    auth: Auth,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    mount(App::new(), &auth)
}
