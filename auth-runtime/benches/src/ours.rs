//! The same application with a declared policy.

use actix_web::test::TestRequest;
use actix_web::{App, get, web};
use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::jwt::{Audiences, Said};
use auth_runtime::{Algorithm, ApiKeys, Auth, Bearer, Declared, Jwt, Optional, requires};

use crate::hand_written::Claims;
use crate::subject::Subject;
use crate::tokens::{API_KEY, BCRYPT_COST, USER, issuer};

/// Whether verified tokens are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Each request is the first that shows its token.
    Off,
    /// As it comes.
    On,
}

/// All schemes configured, the bearer scheme for this algorithm.
pub fn auth(algorithm: Algorithm, memory: Memory) -> Auth {
    configured(issuer(algorithm).jwt(), memory)
}

fn configured(jwt: Jwt<Said, Audiences>, memory: Memory) -> Auth {
    let jwt = match memory {
        Memory::On => jwt,
        Memory::Off => jwt.cache_bytes(0),
    };
    let hash = bcrypt::hash(USER.1, BCRYPT_COST).unwrap();
    let key = Key::new("bench").with_scopes(["read", "admin"]);
    Auth::builder()
        .realm("api")
        .bearer(jwt)
        .basic(Passwords::htpasswd(format!("{}:{hash}\n", USER.0)))
        .api_key(ApiKeys::header("X-API-Key", [(KeyDigest::of(API_KEY), key)]))
        .build()
        .unwrap()
}

async fn mounted(auth: Auth, handler: impl Declared + 'static, request: impl Fn() -> TestRequest + 'static) -> Subject {
    Subject::new(App::new().service(auth.scope("/api").service(handler)), request).await
}

#[requires(bearer, scope = "admin")]
#[get("/orders")]
async fn orders(caller: Bearer<Claims>) -> &'static str {
    std::hint::black_box(&caller.sub);
    "orders"
}

/// The scope `admin` demanded.
pub async fn subject(algorithm: Algorithm, memory: Memory, request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(algorithm, memory), orders, request).await
}

/// The same, with this configuration of the bearer scheme.
pub async fn of(jwt: Jwt<Said, Audiences>, memory: Memory, request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(configured(jwt, memory), orders, request).await
}

/// Adds the route that demands the scope `admin`.
pub fn mount(config: &mut web::ServiceConfig, auth: &Auth) {
    config.service(auth.scope("/api").service(orders));
}

#[requires(
    bearer,
    (scope("s0") || role("r0"))
        && (scope("s1") || role("r1"))
        && (scope("s2") || role("r2"))
        && (scope("s3") || role("r3"))
        && (scope("s4") || role("r4"))
        && (scope("s5") || role("r5"))
        && (scope("s6") || role("r6"))
        && (scope("s7") || role("r7"))
        && (scope("s8") || role("r8"))
        && (scope("s9") || role("r9"))
)]
#[get("/orders")]
async fn twenty(caller: Bearer<Claims>) -> &'static str {
    std::hint::black_box(&caller.sub);
    "orders"
}

/// Twenty conditions.
pub async fn twenty_conditions(memory: Memory, request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(Algorithm::HS256, memory), twenty, request).await
}

#[requires(optional(bearer))]
#[get("/orders")]
async fn perhaps(caller: Optional<Bearer<Claims>>) -> &'static str {
    std::hint::black_box(caller.is_some());
    "orders"
}

/// A token welcome, none as well.
pub async fn optional(memory: Memory, request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(Algorithm::HS256, memory), perhaps, request).await
}

#[requires(basic)]
#[get("/orders")]
async fn named() -> &'static str {
    "orders"
}

/// Name and password.
pub async fn basic(request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(Algorithm::HS256, Memory::On), named, request).await
}

#[requires(api_key, scope = "admin")]
#[get("/orders")]
async fn keyed() -> &'static str {
    "orders"
}

/// A key with the scope `admin`.
pub async fn api_key(request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(Algorithm::HS256, Memory::On), keyed, request).await
}

#[requires(any(bearer, api_key), scope = "admin")]
#[get("/orders")]
async fn either() -> &'static str {
    "orders"
}

/// A token or a key, with the scope `admin`.
pub async fn any(memory: Memory, request: impl Fn() -> TestRequest + 'static) -> Subject {
    mounted(auth(Algorithm::HS256, memory), either, request).await
}
