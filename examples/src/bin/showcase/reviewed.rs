//! Who may call what is what somebody has reviewed: `auth.lock` and `auth.matrix`, beside this package's `Cargo.toml`.

use actix_web::App;
use actix_web::test::init_service;
use auth_runtime::review;
use auth_runtime::testing::matrix;

use crate::environment::Environment;
use crate::{auth, docs};

#[actix_web::test]
async fn policies_are_those_reviewed() {
    let environment = Environment::default();
    let auth = auth::configure(&environment, None).expect("complete");
    let app = init_service(docs::application(App::new(), &auth, &environment, None).0).await;
    review::assert_matches("auth.lock", &auth, app);
}

#[actix_web::test]
async fn those_who_just_pass_and_just_fail_are_those_reviewed() {
    let environment = Environment::default();
    let auth = auth::configure(&environment, None).expect("complete");
    let key = "test_0123456789abcdef";
    matrix(&auth, |auth| docs::application(App::new(), &auth, &environment, None).0)
        .issuer(&auth::hs256_issuer())
        .issuer(&auth::partner_issuer())
        .credential("api_key", move |_| Some(key.to_owned()))
        .credential(r#"api_key("query")"#, move |_| Some(key.to_owned()))
        .credential("basic", |_| Some("alice:wonderland".to_owned()))
        .credential(r#"basic("staff")"#, |caller| match caller.roles().next() {
            Some("ops") => Some("alice:wonderland".to_owned()),
            None => Some("bob:builder".to_owned()),
            Some(_) => None,
        })
        .credential(r#"bearer("pat")"#, |_| Some("pat_alice".to_owned()))
        // Roles come out of the database.
        .credential(r#"bearer("db")"#, |caller| {
            let subject = if caller.roles().any(|role| role == "editor") { "alice" } else { "bob" };
            Some(auth::hs256_issuer().token().subject(subject).sign())
        })
        // Their proofs answer a nonce, which nobody has before the first answer.
        .credential("digest", |_| None)
        // Of the connection, which there is none of.
        .credential("client_certificate", |_| None)
        // Somebody has to sign in first.
        .credential("session", |_| None)
        .assert_matches("auth.matrix")
        .await;
}
