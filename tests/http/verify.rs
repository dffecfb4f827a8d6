//! Judging the caller of what is no request of actix-web's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use actix_web::http::{Method, Uri};
use actix_web::{ResponseError as _, get};
use auth_runtime::observe::{DecisionOutcome, RequestParts};
use auth_runtime::policy::{Policy, Standalone};
use auth_runtime::{Auth, Denial, Principal, policy, requires};

use crate::fixture::{KEY, auth, builder, scoped, token};
use crate::observed::{self, listen};
use crate::schemes::{Panicking, Patient, Stuck};

async fn yes() -> bool {
    true
}

policy! {
    CanQuery: any(bearer, api_key), scope("read");
    Ops: bearer, role("ops"), claim("tier", "gold");
    Password: basic;
    Cookie: bearer("cookie");
    Checked: bearer, role("ops") || check(yes);
    Known: bearer("db");
    KnownWithout: bearer("db"), without_authorities;
    Hidden: bearer, scope("admin"), hide;
    Waits: Patient;
    Hangs: Stuck;
    Panics: Panicking;
}

/// A handler stands for its policy.
#[requires(optional(bearer))]
#[get("/anyone")]
async fn anyone() -> &'static str {
    "anyone"
}

fn parts(fields: &[(&'static str, &str)]) -> RequestParts {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let peer = "192.0.2.7:4711".parse().unwrap();
    RequestParts::new(Method::POST, Uri::from_static("/orders.Orders/Query?x=1"), headers).from_peer(peer)
}

/// Judges on another thread than the one that asks.
fn verify_by<P: Policy<Access: Standalone>>(
    auth: &Auth,
    fields: &[(&'static str, &str)],
) -> Result<Option<Principal>, Denial> {
    let judging = auth.verify::<P>(&parts(fields));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async { runtime.spawn(judging).await.unwrap() })
}

fn verify<P: Policy<Access: Standalone>>(fields: &[(&'static str, &str)]) -> Result<Option<Principal>, Denial> {
    verify_by::<P>(&auth(), fields)
}

fn subject(verified: Result<Option<Principal>, Denial>) -> Option<String> {
    verified.unwrap().map(|caller| caller.subject().to_owned())
}

/// The status of a denial and its challenges.
fn denied(verified: Result<Option<Principal>, Denial>) -> (u16, Vec<String>) {
    let denial = verified.unwrap_err();
    let challenges = denial.challenges().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    (denial.error_response().status().as_u16(), challenges)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn who_calls_is_judged_by_scopes_roles_and_claims() {
    let read = bearer(&scoped("read"));
    assert_eq!(subject(verify::<CanQuery>(&[("authorization", &read)])).as_deref(), Some("alice"));
    assert_eq!(subject(verify::<CanQuery>(&[("x-api-key", KEY)])).as_deref(), Some("billing"));
    assert_eq!(subject(verify::<anyone>(&[])), None);
    assert_eq!(subject(verify::<anyone>(&[("authorization", &read)])).as_deref(), Some("alice"));
    assert_eq!(subject(verify::<Waits>(&[("x-word", "open sesame")])).as_deref(), Some("ali"));
    let gold = bearer(&token().roles(&["admin"]).claim("tier", "gold").sign());
    assert_eq!(subject(verify::<Ops>(&[("authorization", &gold)])).as_deref(), Some("alice"), "the hierarchy counts");

    let key = r#"ApiKey realm="orders", in="header", name="X-API-Key""#.to_owned();
    let missing = r#"Bearer realm="orders", scope="read""#.to_owned();
    assert_eq!(denied(verify::<CanQuery>(&[])), (401, vec![missing, key.clone()]));
    let expired = bearer(&token().expires_in(-600).sign());
    let (status, challenges) = denied(verify::<CanQuery>(&[("authorization", &expired)]));
    assert_eq!((status, challenges.len()), (401, 2));
    assert!(challenges[0].contains(r#"error="invalid_token", error_description="the token has expired""#));
    assert_eq!(denied(verify::<anyone>(&[("authorization", &expired)])).0, 401, "never anonymous");
    let plain = bearer(&token().sign());
    let insufficient = r#"Bearer realm="orders", error="insufficient_scope", scope="read""#.to_owned();
    assert_eq!(denied(verify::<CanQuery>(&[("authorization", &plain)])), (403, vec![insufficient]));
    assert_eq!(denied(verify::<Ops>(&[("authorization", &plain)])), (403, vec![]));
    assert_eq!(denied(verify::<CanQuery>(&[("authorization", &plain), ("authorization", &plain)])).0, 400);
    assert_eq!(denied(verify::<Hidden>(&[("authorization", &plain)])), (404, vec![]));
    assert_eq!(denied(verify::<Waits>(&[("x-word", "x")])).0, 401);
}

#[test]
fn what_only_a_request_has_is_refused() {
    listen();
    let ambient = verify::<Password>(&[("authorization", "Basic YWxpY2U6d29uZGVybGFuZA==")]).unwrap_err();
    assert_eq!((ambient.status().as_u16(), ambient.reason().label()), (403, "cross_site"));
    let cookie = format!("__Host-token={}", scoped("read"));
    assert_eq!(verify::<Cookie>(&[("cookie", &cookie)]).unwrap_err().status(), 403);
    // Also where the check would not be asked.
    let ops = bearer(&token().roles(&["ops"]).sign());
    let unfit = verify::<Checked>(&[("authorization", &ops)]).unwrap_err();
    assert_eq!((unfit.status().as_u16(), unfit.reason().label()), (500, "verify_unfit"));
    assert!(unfit.error_response().headers().get(WWW_AUTHENTICATE).is_none());
    let read = bearer(&scoped("read"));
    assert_eq!(verify::<Known>(&[("authorization", &read)]).unwrap_err().reason().label(), "verify_unfit");
    assert_eq!(subject(verify::<KnownWithout>(&[("authorization", &read)])).as_deref(), Some("alice"));
    let events = observed::events("http::verify::Checked");
    let error = events.last().expect("an event");
    assert_eq!((&*error.level, error.field("reason")), ("ERROR", "verify_unfit"));
    assert!(error.field("remedy").contains("without checks"), "{error:?}");
}

#[test]
fn a_scheme_that_hangs_or_panics_lets_nobody_in() {
    let auth = builder().deadline(Duration::from_millis(100)).build().unwrap();
    let reason = |verified: Result<Option<Principal>, Denial>| verified.unwrap_err().reason().label();
    assert_eq!(reason(verify_by::<Hangs>(&auth, &[("x-word", "open sesame")])), "deadline_passed");
    assert_eq!(reason(verify_by::<Panics>(&auth, &[("x-word", "open sesame")])), "panicked");
}

#[test]
fn it_is_a_decision_like_any_other() {
    listen();
    let auth = builder().build().unwrap();
    let heard: Arc<Mutex<Vec<_>>> = Arc::default();
    let told = Arc::clone(&heard);
    auth.on_decision(move |decision| told.lock().unwrap().push(decision.clone()));
    let read = bearer(&scoped("read"));
    assert!(verify_by::<CanQuery>(&auth, &[("authorization", &read), ("x-trace", "1")]).is_ok());
    assert!(verify_by::<CanQuery>(&auth, &[]).is_err());
    drop(auth);
    let began = std::time::Instant::now();
    while heard.lock().unwrap().len() < 2 && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let heard = heard.lock().unwrap();
    let outcomes: Vec<_> = heard.iter().map(|decision| (decision.outcome(), decision.caller().is_some())).collect();
    assert_eq!(outcomes, [(DecisionOutcome::Allowed, true), (DecisionOutcome::Denied, false)]);
    let request = heard[0].request();
    assert_eq!((request.uri().path(), request.peer().unwrap().port()), ("/orders.Orders/Query", 4711));
    assert!(request.headers().contains_key("x-trace") && !request.headers().contains_key("authorization"));
    let events = observed::events("http::verify::CanQuery");
    assert!(events.iter().any(|event| event.field("outcome") == "allowed"));
    assert!(events.iter().any(|event| event.field("reason") == "credentials_missing"));
}
