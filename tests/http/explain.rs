//! Why a request is refused: told to developers, in the log and in tests, and not to the caller.

use std::panic::AssertUnwindSafe;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, get};
use auth_runtime::config::DenialBody;
use auth_runtime::testing::{ExpectedDenial, TestRequestExt as _};
use auth_runtime::{Denial, requires};
use futures_util::FutureExt as _;
use serde_json::json;
use tests::Server;

use crate::fixture::{auth, builder, token};
use crate::observed::{self, listen};

async fn owns_order() -> Result<(), Denial> {
    Err(Denial::forbidden("no such order of yours\nlevel=ERROR forged"))
}

#[requires(bearer, scope("orders:read") && role("ops") || check(owns_order))]
#[get("/explained")]
async fn explained() -> &'static str {
    "explained"
}

#[requires(bearer, !role("guest") && (role("ops") || claim("tenant", "acme")) && check(owns_order))]
#[get("/unknown")]
async fn unknown() -> &'static str {
    "unknown"
}

#[requires(bearer, (role("viewer") || scope("orders:read")) && role("ops"))]
#[get("/twice")]
async fn twice() -> &'static str {
    "twice"
}

fn viewer() -> String {
    token().scope("orders:read").roles(&["viewer", "x\nlevel=ERROR forged"]).sign()
}

/// As the log has it.
fn in_one_line(rows: &str) -> String {
    let squeezed = |row: &str| row.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    rows.lines().filter(|row| !row.is_empty()).map(squeezed).collect::<Vec<_>>().join("; ")
}

/// What the log says of the last refusal of this path.
fn explanation(path: &str) -> String {
    let told = observed::all();
    let of = |event: &&observed::Event| event.field("explanation").contains(&format!("GET {path}  "));
    let event = told.iter().rev().find(of).unwrap_or_else(|| panic!("nothing is explained of {path}"));
    assert_eq!((&*event.level, event.field("message")), ("DEBUG", "auth decision explained"));
    event.field("explanation").to_owned()
}

const ROWS: &str = r#"
  scope("orders:read")   yes
  && role("ops")         no      has: viewer, x\nlevel=ERROR forged
  || check(owns_order)   no      "no such order of yours\nlevel=ERROR forged"
  would have sufficed: role("ops") or check(owns_order)"#;

#[test]
fn the_log_has_the_rule_with_what_held() {
    listen();
    let server = Server::start(|app| {
        app.service(auth().scope("").service(explained).service(unknown).service(twice));
    });
    let answer = server.get("/explained").bearer(viewer()).send();
    assert_eq!(answer.status, 403);
    assert!(!answer.text().contains("sufficed"), "{}", answer.text());
    let told = explanation("/explained");
    let (head, rows) = told.split_once("; ").unwrap();
    assert!(head.starts_with("denied 403 check_failed   GET /explained  ("), "{head}");
    assert!(head.contains("explain.rs:") && head.ends_with(" alice by bearer"), "{head}");
    assert_eq!(rows, in_one_line(ROWS));

    // Of what is not told, and of a check that was not needed.
    assert_eq!(server.get("/unknown").bearer(token().roles(&[]).sign()).send().status, 403);
    let expected = r#"
  !role("guest")                     yes
  && (role("ops")                    no      has: none
  || claim("tenant", "acme"))        unknown not there, or of another type
  && check(owns_order)               not run
  would have sufficed: role("ops") && check(owns_order) or claim("tenant", "acme") && check(owns_order)"#;
    assert_eq!(explanation("/unknown").split_once("; ").unwrap().1, in_one_line(expected));

    // Where a condition holds in two ways, what would have sufficed is told once.
    assert_eq!(server.get("/twice").bearer(viewer()).send().status, 403);
    assert!(explanation("/twice").ends_with("would have sufficed: role(\"ops\")"), "{}", explanation("/twice"));

    // Nobody is known: the rule alone.
    assert_eq!(server.get("/unknown").send().status, 401);
    let told = explanation("/unknown");
    assert!(told.starts_with("denied 401 credentials_missing   GET /unknown"), "{told}");
    assert!(told.contains("no credentials; bearer, !role(\"guest\") && "), "{told}");
}

#[actix_web::test]
async fn a_test_that_fails_says_why() {
    let app = init_service(App::new().service(auth().scope("").service(explained))).await;
    let request = TestRequest::get().uri("/explained").bearer(viewer()).to_request();
    let compared = AssertUnwindSafe(ExpectedDenial::new(401).assert(call_service(&app, request).await));
    let failed = compared.catch_unwind().await.unwrap_err();
    let message = failed.downcast_ref::<String>().unwrap();
    assert!(message.ends_with(ROWS), "{message}");
}

#[actix_web::test]
async fn members_of_an_applications_own_body_are_compared() {
    let body = |_: &_, denial: &Denial| DenialBody::json(&json!({ "fault": { "status": denial.status().as_u16() } }));
    let auth = builder().denial_body(body).build().unwrap();
    let app = init_service(App::new().service(auth.scope("").service(explained))).await;
    let refused = async || call_service(&app, TestRequest::get().uri("/explained").to_request()).await;
    let expected = || ExpectedDenial::new(401).challenge(r#"Bearer realm="orders", scope="orders:read""#);
    expected().member("fault", json!({ "status": 401 })).assert(refused().await).await;
    for (name, value) in [("fault", json!({ "status": 403 })), ("status", json!(401))] {
        let compared = AssertUnwindSafe(expected().member(name, value).assert(refused().await));
        let failed = compared.catch_unwind().await.unwrap_err();
        let message = failed.downcast_ref::<String>().unwrap();
        assert!(message.starts_with(&format!("the denial differs\nmember `{name}`:\n")), "{message}");
    }
}
