//! Checks: functions of the application's own, with extractors of their own.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpRequest, get, post, web};
use auth_runtime::{Bearer, Denial, Optional, Principal, requires};
use serde_json::{Value, json};
use tests::{Denied, Server};

use crate::fixture::{auth, scoped, token};

async fn owns_account(caller: Bearer, id: web::Path<u64>) -> bool {
    caller.get("account") == Some(&json!(*id))
}

#[requires(bearer, check = owns_account)]
#[get("/accounts/{id}")]
async fn account(id: web::Path<u64>) -> String {
    id.to_string()
}

#[derive(serde::Deserialize)]
struct Day {
    day: String,
}

async fn on_workdays(
    day: web::Query<Day>,
    open: web::Data<&'static str>,
    request: HttpRequest,
    who: Principal,
    token: Optional<Bearer>,
) -> Result<bool, String> {
    let urgent = request.headers().contains_key("x-urgent");
    Ok(day.day == **open || urgent && token.is_some() && who.subject() == "alice")
}

#[requires(bearer, check(on_workdays))]
#[get("/office")]
async fn office() -> &'static str {
    "come in"
}

async fn with_words(day: web::Query<Day>) -> Result<(), Denial> {
    match day.day.as_str() {
        "sunday" => Err(Denial::forbidden("closed on \"Sundays\"")),
        _ => Ok(()),
    }
}

#[requires(bearer, check(with_words))]
#[get("/words")]
async fn words() -> &'static str {
    "words"
}

async fn erring() -> Result<bool, String> {
    Err("no such table: secret_detail".to_owned())
}

#[requires(bearer, check(erring))]
#[get("/erring")]
async fn err() -> &'static str {
    "err"
}

async fn panics() -> bool {
    panic!("a check panics: this is part of a test")
}

#[requires(bearer, check(panics))]
#[get("/panics")]
async fn panic() -> &'static str {
    "panic"
}

async fn reads_json(body: web::Json<Value>) -> bool {
    body.is_object()
}

async fn reads_perhaps(body: Option<web::Bytes>) -> bool {
    body.is_none()
}

async fn reads_by_hand(mut body: web::Payload) -> bool {
    use futures_util::StreamExt as _;
    body.next().await.is_none_or(|chunk| chunk.is_err())
}

async fn only_takes(_body: web::Payload) -> bool {
    true
}

#[requires(bearer, check(reads_json))]
#[post("/reads-json")]
async fn after_json() -> &'static str {
    "no"
}

#[requires(bearer, check(reads_perhaps))]
#[post("/reads-perhaps")]
async fn after_perhaps() -> &'static str {
    "no"
}

#[requires(bearer, check(reads_by_hand))]
#[post("/reads-by-hand")]
async fn after_by_hand() -> &'static str {
    "no"
}

#[requires(bearer, check(only_takes))]
#[post("/only-takes")]
async fn after_only_takes(body: String) -> String {
    body
}

static RUN: AtomicUsize = AtomicUsize::new(0);

async fn counted() -> bool {
    RUN.fetch_add(1, Ordering::SeqCst);
    true
}

#[requires(bearer, check(counted) && scope("read"))]
#[get("/counted")]
async fn counted_last() -> &'static str {
    "counted"
}

async fn yes() -> bool {
    tokio::task::yield_now().await;
    true
}

async fn no() -> bool {
    tokio::task::yield_now().await;
    false
}

#[requires(bearer, role("ops") || check(yes))]
#[get("/either")]
async fn either() -> &'static str {
    "either"
}

#[requires(bearer, check(no) || check(with_words))]
#[get("/second")]
async fn second() -> &'static str {
    "second"
}

#[requires(bearer, scope("read") && check(no))]
#[get("/both")]
async fn both() -> &'static str {
    "both"
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").app_data(web::Data::new("monday"));
        let scope = scope.service(account).service(office).service(words).service(err).service(panic);
        let scope = scope.service(after_json).service(after_perhaps).service(after_by_hand).service(after_only_takes);
        app.service(scope.service(counted_last).service(either).service(second).service(both));
    })
}

fn refused() -> Denied {
    Denied::forbidden("the caller may not do this")
}

#[test]
fn a_check_that_says_no_is_forbidden_without_a_challenge() {
    let server = server();
    let owner = token().claim("account", 7).sign();
    server.get("/accounts/7").bearer(&owner).send().expect("7");
    refused().check(&server.get("/accounts/8").bearer(&owner).send());
    refused().check(&server.get("/accounts/7").bearer(token().sign()).send());
    Denied::missing().challenge(r#"Bearer realm="orders""#).check(&server.get("/accounts/7").send());
}

#[test]
fn a_check_whose_own_argument_cannot_be_had_denies() {
    let server = server();
    let owner = token().claim("account", 7).sign();
    refused().check(&server.get("/accounts/seven").bearer(&owner).send());
    refused().check(&server.get("/office").bearer(&owner).send());
    refused().check(&server.get("/office?other=monday").bearer(&owner).send());
}

#[test]
fn a_check_sees_query_data_headers_and_caller() {
    let server = server();
    let get = |target: &str| server.get(target).bearer(token().sign());
    get("/office?day=monday").send().expect("come in");
    refused().check(&get("/office?day=sunday").send());
    get("/office?day=sunday").header("X-Urgent", "1").send().expect("come in");
    let bob = token().claim("sub", "bob").sign();
    refused().check(&server.get("/office?day=sunday").bearer(bob).header("X-Urgent", "1").send());
}

#[test]
fn a_check_may_say_why_in_its_own_words() {
    let server = server();
    let get = |target: &str| server.get(target).bearer(token().sign());
    get("/words?day=monday").send().expect("words");
    Denied::forbidden("closed on \"Sundays\"").check(&get("/words?day=sunday").send());
    refused().check(&get("/words").send());
}

#[test]
fn a_check_that_errs_is_our_failure_and_reveals_nothing() {
    let server = server();
    let answer = server.get("/erring").bearer(token().sign()).send();
    Denied::failed().check(&answer);
    assert!(!answer.text().contains("secret_detail"));
    assert!(answer.headers.iter().all(|(_, value)| !value.contains("secret_detail")));
}

#[test]
fn a_check_that_panics_is_our_failure_and_the_server_goes_on() {
    let server = server();
    for _ in 0..3 {
        Denied::failed().check(&server.get("/panics").bearer(token().sign()).send());
    }
    let mut connection = server.get("/panics").bearer(token().sign()).open();
    Denied::failed().check(&connection.answer());
    connection.send(server.get("/either").bearer(token().sign()).bytes());
    connection.answer().expect("either");
}

#[test]
fn a_check_that_reads_the_body_is_our_failure_whatever_it_says() {
    let server = server();
    for path in ["/reads-json", "/reads-perhaps", "/reads-by-hand"] {
        let answer = server.post(path).bearer(token().sign()).send_body("application/json", "{}");
        Denied::failed().check(&answer);
        let answer = server.post(path).bearer(token().sign()).header("Content-Type", "application/json").send();
        Denied::failed().check(&answer);
    }
}

#[test]
fn a_check_that_takes_the_body_and_leaves_it_alone_leaves_it_to_the_handler() {
    let server = server();
    let answer = server.post("/only-takes").bearer(token().sign()).send_body("text/plain", "for the handler");
    answer.expect("for the handler");
}

#[test]
fn checks_run_last() {
    let server = server();
    let before = RUN.load(Ordering::SeqCst);
    assert_eq!(server.get("/counted").bearer(scoped("write")).send().status, 403);
    assert_eq!(server.get("/counted").send().status, 401);
    assert_eq!(RUN.load(Ordering::SeqCst), before);
    server.get("/counted").bearer(scoped("read")).send().expect("counted");
    assert_eq!(RUN.load(Ordering::SeqCst), before + 1);
}

#[test]
fn one_alternative_is_enough() {
    let server = server();
    server.get("/either").bearer(token().roles(&["ops"]).sign()).send().expect("either");
    server.get("/either").bearer(token().sign()).send().expect("either");
    server.get("/second?day=monday").bearer(token().sign()).send().expect("second");
    assert_eq!(server.get("/second?day=sunday").bearer(token().sign()).send().status, 403);
}

#[test]
fn the_reason_of_a_refusal_is_the_condition_that_failed() {
    let server = server();
    refused().check(&server.get("/both").bearer(scoped("read")).send());
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
        .check(&server.get("/both").bearer(scoped("write")).send());
}
