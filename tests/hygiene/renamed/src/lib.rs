//! `crate = renamed`, for crates that depend on the runtime by another name. This package passes by compiling.
#![allow(dead_code, missing_docs)]

use actix_web::{get, routes};
use renamed::{Bearer, Declared, Granted, policy, public, requires};

policy! {
    pub Area: bearer, role("ops"), crate = renamed;
}

#[requires(bearer, scope = "read", crate = renamed)]
#[get("/")]
pub async fn handler(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(policy = Area, crate = ::renamed)]
#[routes]
#[get("/a")]
#[get("/b")]
pub async fn named(_proof: Granted<Area>) -> &'static str {
    "hello"
}

#[public(crate = renamed)]
#[get("/")]
pub async fn open() -> &'static str {
    "hello"
}

#[requires(bearer, crate = renamed)]
pub mod module {
    use actix_web::get;

    #[get("/")]
    pub async fn by_default() -> &'static str {
        "hello"
    }

    #[renamed::requires(scope = "write")]
    #[get("/")]
    pub async fn adds() -> &'static str {
        "hello"
    }
}

fn is_declared<T: Declared>(_: T) {}

fn all_are_declared() {
    is_declared(handler);
    is_declared(named);
    is_declared(open);
    is_declared(module::by_default);
}
