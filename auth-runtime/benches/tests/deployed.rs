//! What must not happen in a program as it is deployed, without `debug_assertions`, even where it has the feature `testing`.
//! `tests/scripts/deployed` runs this in a release build.

#![allow(clippy::unwrap_used)]

use actix_web::{App, get, test};
use auth_runtime::testing::{TestIssuer, matrix, mutate};
use auth_runtime::{Auth, requires};

#[requires(bearer, role = "ops")]
#[get("/ops")]
async fn ops() -> &'static str {
    "ops"
}

fn auth() -> Auth {
    Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap()
}

/// What a test of the user's would do with it.
async fn mount(auth: Auth) {
    drop(test::init_service(App::new().service(auth.scope("").service(ops))).await);
}

#[actix_web::test]
#[cfg_attr(not(debug_assertions), should_panic(expected = "in builds with `debug_assertions` only"))]
async fn policies_are_changed_in_builds_for_tests_only() {
    let mutants = mutate(&auth(), mount).await;
    assert!(!mutants.unnoticed().is_empty());
}

#[actix_web::test]
#[cfg_attr(not(debug_assertions), should_panic(expected = "in builds with `debug_assertions` only"))]
async fn checks_are_stubbed_in_builds_for_tests_only() {
    let app = |auth: Auth| App::new().service(auth.scope("").service(ops));
    let table = matrix(&auth(), app).issuer(&TestIssuer::new()).table().await;
    assert!(table.requests() > 0);
}
