//! Scopes, roles and claims: what is not known never admits, and what a challenge names is the policy's.

use actix_web::get;
use auth_runtime::requires;
use serde_json::{Value, json};
use tests::{Denied, Server};

use crate::fixture::{auth, scoped, token};

#[requires(bearer, !role("contractor"))]
#[get("/staff")]
async fn staff() -> &'static str {
    "staff"
}

#[requires(bearer, role = "ops")]
#[get("/ops")]
async fn ops() -> &'static str {
    "ops"
}

#[requires(bearer, !role("viewer"))]
#[get("/no-viewers")]
async fn no_viewers() -> &'static str {
    "no viewers"
}

#[requires(bearer, !scope("legacy"))]
#[get("/modern")]
async fn modern() -> &'static str {
    "modern"
}

#[requires(bearer, scope = "orders:read")]
#[get("/orders")]
async fn orders() -> &'static str {
    "orders"
}

#[requires(bearer, claim("tenant", "acme") && claim("level", 3) && claim("verified", true))]
#[get("/claims")]
async fn claims() -> &'static str {
    "claims"
}

#[requires(bearer, scope("read") && (role("ops") || scope("admin")))]
#[get("/mixed")]
async fn mixed() -> &'static str {
    "mixed"
}

#[requires(bearer, (scope("a") || scope("b")) && scope("c"))]
#[get("/canonical")]
async fn canonical() -> &'static str {
    "canonical"
}

#[requires(bearer, role("a") || role("b") && role("c"))]
#[get("/precedence")]
async fn precedence() -> &'static str {
    "precedence"
}

#[requires(bearer, scope = "x", role = "y", !scope("z"))]
#[get("/joined")]
async fn joined() -> &'static str {
    "joined"
}

const WIDE: &str = "wide:scope";

#[requires(bearer, scope(WIDE) && role("a b"))]
#[get("/constant")]
async fn constant() -> &'static str {
    "constant"
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(staff).service(ops).service(no_viewers).service(modern).service(orders);
        let scope = scope.service(claims).service(mixed).service(canonical).service(precedence).service(joined);
        app.service(scope.service(constant));
    })
}

fn role_missing() -> Denied {
    Denied::forbidden("the caller lacks a required role")
}

fn insufficient(scope: &str) -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(&format!(r#"Bearer realm="orders", error="insufficient_scope", scope="{scope}""#))
}

#[test]
fn a_token_that_says_nothing_about_roles_does_not_pass_a_negation() {
    let server = server();
    let get = |roles: Value| server.get("/staff").bearer(token().claim("roles", roles).sign()).send();
    role_missing().check(&server.get("/staff").bearer(token().sign()).send());
    for mistyped in [json!(7), json!(null), json!(true), json!({}), json!(["employee", 7]), json!([["employee"]])] {
        role_missing().check(&get(mistyped));
    }
    for contractor in [json!(["contractor"]), json!("contractor"), json!(["employee", "contractor"])] {
        role_missing().check(&get(contractor));
    }
    for known in
        [json!([]), json!(["employee"]), json!("employee"), json!("contractor employee"), json!(["Contractor"])]
    {
        get(known).expect("staff");
    }
}

#[test]
fn a_token_that_says_nothing_about_scopes_does_not_pass_a_negation() {
    let server = server();
    assert_eq!(server.get("/modern").bearer(token().sign()).send().status, 403);
    assert_eq!(server.get("/modern").bearer(token().claim("scope", 7).sign()).send().status, 403);
    let legacy = server.get("/modern").bearer(scoped("read legacy")).send();
    Denied::forbidden("the caller lacks a required scope").check(&legacy);
    server.get("/modern").bearer(scoped("read")).send().expect("modern");
}

#[test]
fn a_missing_role_is_forbidden_without_a_challenge() {
    let server = server();
    for without in [token(), token().roles(&[]), token().roles(&["viewer"]), token().roles(&["OPS", "ops "])] {
        role_missing().check(&server.get("/ops").bearer(without.sign()).send());
    }
}

#[test]
fn a_higher_role_includes_the_lower_ones_and_not_the_other_way_round() {
    let server = server();
    for role in ["ops", "admin"] {
        server.get("/ops").bearer(token().roles(&[role]).sign()).send().expect("ops");
    }
    for role in ["viewer", "ops", "admin"] {
        role_missing().check(&server.get("/no-viewers").bearer(token().roles(&[role]).sign()).send());
    }
    server.get("/no-viewers").bearer(token().roles(&["guest"]).sign()).send().expect("no viewers");
}

#[test]
fn a_scope_may_imply_another_and_the_challenge_names_the_one_required() {
    let server = server();
    for scope in ["orders:read", "orders:write"] {
        server.get("/orders").bearer(scoped(scope)).send().expect("orders");
    }
    insufficient("orders:read").check(&server.get("/orders").bearer(scoped("orders")).send());
}

#[test]
fn claims_are_compared_with_their_type() {
    let server = server();
    let good = || token().claim("tenant", "acme").claim("level", 3).claim("verified", true);
    server.get("/claims").bearer(good().sign()).send().expect("claims");
    server.get("/claims").bearer(good().claim("tenant", json!(["other", "acme"])).sign()).send().expect("claims");
    for wrong in [
        good().without("tenant"),
        good().claim("tenant", "Acme"),
        good().claim("tenant", json!([])),
        good().claim("tenant", json!([["acme"]])),
        good().claim("level", "3"),
        good().claim("level", 4),
        good().claim("level", 3.5),
        good().claim("verified", "true"),
        good().claim("verified", false),
        good().claim("verified", 1),
    ] {
        Denied::forbidden("the caller lacks a required attribute")
            .check(&server.get("/claims").bearer(wrong.sign()).send());
    }
}

#[test]
fn and_or_and_parentheses_mean_what_they_mean_in_rust() {
    let server = server();
    let get_mixed =
        |scope: &str, roles: &[&str]| server.get("/mixed").bearer(token().scope(scope).roles(roles).sign()).send();
    get_mixed("read", &["ops"]).expect("mixed");
    get_mixed("read admin", &[]).expect("mixed");
    insufficient("read").check(&get_mixed("admin", &["ops"]));
    role_missing().check(&get_mixed("read", &[]));

    let status = |roles: &[&str]| server.get("/precedence").bearer(token().roles(roles).sign()).send().status;
    assert_eq!(status(&["a"]), 200);
    assert_eq!(status(&["b", "c"]), 200);
    assert_eq!(status(&["b"]), 403);
    assert_eq!(status(&["c"]), 403);
    assert_eq!(status(&[]), 403);
}

#[test]
fn a_challenge_names_the_leftmost_branch_of_every_or() {
    let server = server();
    let get = |scope: &str| server.get("/canonical").bearer(scoped(scope)).send();
    Denied::missing().challenge(r#"Bearer realm="orders", scope="a c""#).check(&server.get("/canonical").send());
    for lacking in ["", "a", "b", "c"] {
        insufficient("a c").check(&get(lacking));
    }
    get("a c").expect("canonical");
    get("b c").expect("canonical");
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#).check(&server.get("/mixed").send());
}

#[test]
fn clauses_are_joined_by_and() {
    let server = server();
    let get =
        |scope: &str, roles: &[&str]| server.get("/joined").bearer(token().scope(scope).roles(roles).sign()).send();
    get("x", &["y"]).expect("joined");
    insufficient("x").check(&get("", &["y"]));
    role_missing().check(&get("x", &[]));
    Denied::forbidden("the caller lacks a required scope").check(&get("x z", &["y"]));
    Denied::missing().challenge(r#"Bearer realm="orders", scope="x""#).check(&server.get("/joined").send());
}

#[test]
fn a_constant_is_one_scope_and_a_role_is_never_split() {
    let server = server();
    let get = |scope: &str, roles: Value| {
        server.get("/constant").bearer(token().scope(scope).claim("roles", roles).sign()).send()
    };
    get("wide:scope", json!(["a b"])).expect("constant");
    get("wide:scope", json!("a b")).expect("constant");
    role_missing().check(&get("wide:scope", json!(["a", "b"])));
    insufficient("wide:scope").check(&get("wide", json!(["a b"])));
}
