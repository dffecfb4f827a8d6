//! Permissions as types: a policy names a variant, and the token, the challenge and the table its word.

use actix_web::get;
use auth_runtime::requires;
use tests::{Denied, Server};

use crate::fixture::{self, auth, scoped, token};

enum Permission {
    Refund,
    Export,
}

impl From<Permission> for &'static str {
    fn from(permission: Permission) -> Self {
        match permission {
            Permission::Refund => "orders:refund",
            Permission::Export => "exporter",
        }
    }
}

#[requires(bearer, scope = Permission::Refund)]
#[get("/refund")]
async fn refund() -> &'static str {
    "refunded"
}

#[requires(bearer, !role(Permission::Export))]
#[get("/view")]
async fn view() -> &'static str {
    "viewed"
}

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(refund).service(view));
    })
}

#[test]
fn a_variant_stands_for_its_word() {
    let server = server();
    server.get("/refund").bearer(scoped("orders:refund")).send().expect("refunded");
    server.get("/view").bearer(token().roles(&["clerk"]).sign()).send().expect("viewed");
    assert_eq!(server.get("/view").bearer(token().roles(&["exporter"]).sign()).send().status, 403);
}

#[test]
fn challenges_name_the_word_of_a_variant() {
    let server = server();
    Denied::missing().challenge(r#"Bearer realm="orders", scope="orders:refund""#).check(&server.get("/refund").send());
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="orders:refund""#)
        .check(&server.get("/refund").bearer(scoped("Refund Permission::Refund")).send());
}

#[test]
fn the_policy_table_shows_the_word_of_a_variant() {
    let row = fixture::row("::permissions::refund");
    assert_eq!(row.rule(), Some(r#"bearer, scope("orders:refund")"#));
    assert_eq!(row.who(), "any valid bearer token with scope orders:refund");
}
