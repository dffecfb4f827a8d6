//! Checks: functions of the application's own, with extractors of their own.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, get, post, web};
use auth_runtime::{Bearer, Denial, Optional, Principal, requires};
use serde_json::{Value, json};
use tests::{Answer, Denied, Server};

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

/// The extractor's own answer: nobody stores it, and it challenges nobody and sets no cookie.
#[track_caller]
fn of_extractor(answer: &Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.text()), (status, body), "{answer:#?}");
    assert_eq!(answer.all("cache-control"), ["no-store"], "{answer:#?}");
    assert!(answer.all("www-authenticate").is_empty() && answer.all("set-cookie").is_empty(), "{answer:#?}");
}

#[test]
fn a_request_that_does_not_fit_a_check_gets_the_answer_of_its_extractor() {
    let server = server();
    let owner = token().claim("account", 7).sign();
    let answer = server.get("/accounts/seven").bearer(&owner).send();
    of_extractor(&answer, 404, "can not parse \"seven\" to a u64");
    assert_eq!(answer.all("content-type"), ["text/plain; charset=utf-8"]);
    of_extractor(&server.get("/office").bearer(&owner).send(), 400, "Query deserialize error: missing field `day`");
    of_extractor(
        &server.get("/office?other=monday").bearer(&owner).send(),
        400,
        "Query deserialize error: missing field `day`",
    );
    // One who is not known learns nothing of it.
    Denied::missing().challenge(r#"Bearer realm="orders""#).check(&server.get("/accounts/seven").send());
}

/// Answers with the status it is made with, and with headers that must not pass.
#[derive(Debug)]
struct Refuses<const STATUS: u16>;

impl<const STATUS: u16> std::fmt::Display for Refuses<STATUS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refuses with {STATUS}\nlevel=ERROR forged: secret_detail")
    }
}

impl<const STATUS: u16> ResponseError for Refuses<STATUS> {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(STATUS).unwrap()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .insert_header(("WWW-Authenticate", "Forged"))
            .insert_header(("Set-Cookie", "forged=1"))
            .insert_header(("Cache-Control", "public"))
            .insert_header(("X-Kept", "kept"))
            .body("the extractor's own")
    }
}

impl<const STATUS: u16> FromRequest for Refuses<STATUS> {
    type Error = Self;
    type Future = std::future::Ready<Result<Self, Self>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Err(Self))
    }
}

async fn extracts<const STATUS: u16>(_: Refuses<STATUS>) -> bool {
    true
}

macro_rules! extracting {
    ($($handler:ident: $path:literal, $status:literal;)+) => {$(
        #[requires(bearer, check(extracts::<$status>))]
        #[get($path)]
        async fn $handler() -> &'static str {
            "reached"
        }
    )+};
}

extracting! {
    extracts_400: "/extracts/400", 400;
    extracts_401: "/extracts/401", 401;
    extracts_403: "/extracts/403", 403;
    extracts_404: "/extracts/404", 404;
    extracts_405: "/extracts/405", 405;
    extracts_407: "/extracts/407", 407;
    extracts_409: "/extracts/409", 409;
    extracts_413: "/extracts/413", 413;
    extracts_414: "/extracts/414", 414;
    extracts_415: "/extracts/415", 415;
    extracts_422: "/extracts/422", 422;
    extracts_302: "/extracts/302", 302;
    extracts_500: "/extracts/500", 500;
    extracts_502: "/extracts/502", 502;
    extracts_503: "/extracts/503", 503;
}

async fn wants_data(_: web::Data<Vec<u64>>) -> bool {
    true
}

#[requires(bearer, check(wants_data))]
#[get("/forgotten-data")]
async fn forgotten_data() -> &'static str {
    "reached"
}

#[requires(bearer, check(no) && check(extracts::<400>))]
#[get("/after-no")]
async fn after_no() -> &'static str {
    "reached"
}

#[requires(bearer, check(extracts::<400>) && check(no))]
#[get("/before-no")]
async fn before_no() -> &'static str {
    "reached"
}

#[requires(bearer, role("ops") && check(extracts::<400>))]
#[get("/with-role")]
async fn with_role() -> &'static str {
    "reached"
}

#[requires(bearer, scope("read") || check(extracts::<400>))]
#[get("/with-scope")]
async fn with_scope() -> &'static str {
    "reached"
}

#[requires(bearer, check(extracts::<400>) || check(yes))]
#[get("/other-branch")]
async fn other_branch() -> &'static str {
    "reached"
}

#[requires(bearer, check(extracts::<400>), hide)]
#[get("/hidden-misfit")]
async fn hidden_misfit() -> &'static str {
    "reached"
}

#[requires(bearer, check(extracts::<400>), hide = "from_authenticated")]
#[get("/half-hidden-misfit")]
async fn half_hidden_misfit() -> &'static str {
    "reached"
}

#[derive(serde::Deserialize)]
struct Tenant {
    #[expect(dead_code, reason = "only read by serde")]
    tenant: String,
}

async fn of_tenant(_: Bearer<Tenant>) -> bool {
    true
}

#[requires(bearer, check(of_tenant))]
#[get("/of-tenant")]
async fn of_tenants() -> &'static str {
    "reached"
}

fn extracting() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(extracts_400).service(extracts_401).service(extracts_403);
        let scope = scope.service(extracts_404).service(extracts_405).service(extracts_407).service(extracts_409);
        let scope = scope.service(extracts_413).service(extracts_414).service(extracts_415).service(extracts_422);
        let scope = scope.service(extracts_302).service(extracts_500).service(extracts_502).service(extracts_503);
        let scope = scope.service(forgotten_data).service(after_no).service(before_no).service(with_role);
        let scope = scope.service(with_scope).service(other_branch).service(hidden_misfit).service(half_hidden_misfit);
        app.service(scope.service(of_tenants));
    })
}

#[test]
fn an_extractor_says_that_the_request_does_not_fit_and_no_more() {
    let server = extracting();
    for status in [400, 404, 405, 413, 414, 415, 422] {
        let answer = server.get(&format!("/extracts/{status}")).bearer(token().sign()).send();
        of_extractor(&answer, status, "the extractor's own");
        assert_eq!(answer.all("x-kept"), ["kept"]);
    }
    for status in [401, 403, 407, 409, 302] {
        refused().check(&server.get(&format!("/extracts/{status}")).bearer(token().sign()).send());
    }
}

#[test]
fn a_check_whose_extractor_fails_is_our_failure() {
    let server = extracting();
    for path in ["/extracts/500", "/extracts/502", "/forgotten-data"] {
        let answer = server.get(path).bearer(token().sign()).send();
        Denied::failed().check(&answer);
        assert!(answer.all("x-kept").is_empty(), "{answer:#?}");
    }
    Denied::unavailable().check(&server.get("/extracts/503").bearer(token().sign()).send());
}

#[test]
fn an_extractor_is_heard_only_where_nothing_else_stands_in_the_way() {
    let server = extracting();
    let get = |path: &str| server.get(path).bearer(token().sign()).send();
    refused().check(&get("/after-no"));
    of_extractor(&get("/before-no"), 400, "the extractor's own");
    Denied::forbidden("the caller lacks a required role").check(&get("/with-role"));
    of_extractor(&server.get("/with-role").bearer(token().roles(&["ops"]).sign()).send(), 400, "the extractor's own");
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
        .check(&get("/with-scope"));
    get("/other-branch").expect("reached");
    let unknown = get("/no-such-route");
    for path in ["/hidden-misfit", "/half-hidden-misfit"] {
        let answer = get(path);
        assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{answer:#?}");
        assert!(answer.all("x-kept").is_empty(), "{answer:#?}");
    }
}

#[test]
fn an_identity_that_does_not_fit_a_check_is_answered_as_the_handlers_would_be() {
    let server = extracting();
    let answer = server.get("/of-tenant").bearer(token().sign()).send();
    let challenge =
        r#"Bearer realm="orders", error="invalid_token", error_description="the token lacks what this resource needs""#;
    Denied::unauthorized("the token lacks what this resource needs").challenge(challenge).check(&answer);
    server.get("/of-tenant").bearer(token().claim("tenant", "t").sign()).send().expect("reached");
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
    of_extractor(&get("/words").send(), 400, "Query deserialize error: missing field `day`");
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
