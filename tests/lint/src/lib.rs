//! Expansions under every lint that could find fault with them: `cargo clippy -p lint` must stay silent.
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    unused,
    unreachable_pub,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    rust_2024_compatibility,
    let_underscore,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    warnings
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::min_ident_chars,
    clippy::missing_docs_in_private_items,
    clippy::module_name_repetitions,
    clippy::panic,
    clippy::shadow_unrelated,
    clippy::single_char_lifetime_names,
    clippy::unwrap_used
)]
#![allow(clippy::future_not_send, reason = "a request stays on the thread that took it")]

use actix_web::{HttpResponse, Responder, get, routes, web};
use auth_runtime::{Bearer, Granted, Optional, Principal, policy, public, requires};

/// Claims of a token.
#[derive(Debug, serde::Deserialize)]
struct Claims {
    /// The subject.
    sub: String,
}

/// A scope.
const READ: &str = "read";

/// Whether the office is open.
async fn is_open(_who: Principal) -> bool {
    std::future::ready(true).await
}

policy! {
    /// Operators.
    pub AdminArea: bearer, role("ops"), scope = READ;
    /// Operators with a claim.
    pub Strict: policy = AdminArea, claim("level", 3), check(is_open);
}

/// Lists users.
#[requires(bearer, scope(READ) || role("ops") && !claim("level", 1), check(is_open), realm = "users", hide)]
#[get("/users")]
pub async fn list_users(caller: Bearer<Claims>, page: web::Path<u64>) -> impl Responder {
    format!("hello {}, page {page}", caller.sub)
}

/// Without waiting for anything, which a handler may.
#[requires(any(bearer, api_key), shared_cache)]
#[routes]
#[get("/a")]
#[post("/b")]
pub(crate) async fn two_routes(_who: Principal, _caller: Optional<Bearer>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// Behind a named policy.
#[requires(policy = Strict)]
pub async fn named(_proof: Granted<AdminArea>, _strict: Granted<Strict>) -> Result<String, actix_web::Error> {
    Ok(std::future::ready(String::new()).await)
}

/// For any type.
#[requires(optional(bearer))]
pub async fn generic<T>(value: web::Json<T>) -> String
where
    T: Clone + ToString + serde::de::DeserializeOwned + 'static,
{
    value.clone().to_string()
}

/// Open.
#[public(reason = "liveness probe")]
#[get("/health")]
pub async fn health() -> &'static str {
    "ok"
}

/// Orders.
#[requires(bearer, scope = "orders")]
pub mod orders {
    use actix_web::get;
    use auth_runtime::requires;

    /// Lists orders.
    #[get("/orders")]
    pub async fn list() -> &'static str {
        "orders"
    }

    /// Lists orders of others.
    #[requires(role = "clerk")]
    #[get("/orders/all")]
    pub async fn list_all() -> &'static str {
        "orders"
    }
}

/// All handlers.
pub fn register(config: &mut web::ServiceConfig) {
    let _ = config
        .service(list_users)
        .service(two_routes)
        .service(health)
        .service(orders::list)
        .service(orders::list_all)
        .route("/named", web::get().to(named))
        .route("/generic", web::post().to(generic::<String>));
}
