//! `check_after`: checks that see the handler's arguments, the body among them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{get, post, web};
use auth_runtime::observe::DECISIONS;
use auth_runtime::{Checked, Denial, Principal, registry, requires, route};
use serde::Deserialize;
use serde_json::Value;
use tests::{Answer, Denied, Server};

use crate::fixture::{self, auth, builder, scoped, token};
use crate::observed::{self, listen};

#[derive(Deserialize)]
struct Lock {
    id: u64,
}

static RUN: AtomicUsize = AtomicUsize::new(0);

/// Order 1 is alice's.
async fn may_lock(body: &web::Json<Lock>, who: Principal, limit: web::Data<u64>) -> Result<bool, String> {
    match body.id {
        0 => Err("no such table".to_owned()),
        id => Ok(id == 1 && who.subject() == "alice" && id <= **limit),
    }
}

#[requires(bearer, scope = "lock", check_after = may_lock(body))]
#[post("/lock")]
async fn lock(who: Principal, body: web::Json<Lock>) -> String {
    RUN.fetch_add(1, Ordering::Relaxed);
    format!("{} locks {}", who.subject(), body.id)
}

struct Order {
    id: u64,
}

async fn load_order(path: web::Path<(u64, String)>) -> Option<Order> {
    (path.0 < 10).then_some(Order { id: path.0 })
}

/// Sees two arguments, and takes what an earlier check has loaded.
async fn fits(body: &String, path: &web::Path<(u64, String)>, order: Checked<Order>) -> Result<(), Denial> {
    match *body == path.1 && order.id == path.0 {
        true => Ok(()),
        false => Err(Denial::conflict("another word is in the path").code("word")),
    }
}

#[requires(bearer, check = load_order -> Order, check_after = fits(body, path))]
async fn word(path: web::Path<(u64, String)>, mut body: String, order: Checked<Order>) -> String {
    body.push_str(&format!(" for {} {}", path.1, order.id));
    body
}

async fn has_secret(body: &web::Json<Value>) -> bool {
    body.get("secret").and_then(Value::as_str) == Some("open")
}

#[requires(bearer, scope = "lock", check_after = has_secret(body), hide = "from_authenticated")]
#[post("/secret")]
async fn secret(body: web::Json<Value>) -> web::Json<Value> {
    body
}

async fn reads_again(_: &web::Json<Value>, body: String) -> bool {
    body.is_empty()
}

#[requires(bearer, check_after = reads_again(body))]
#[post("/again")]
async fn again(body: web::Json<Value>) -> web::Json<Value> {
    body
}

async fn panics(_: &web::Json<Value>) -> bool {
    panic!("a check panics: this is part of a test")
}

#[requires(bearer, check_after = panics(body))]
#[post("/panics")]
async fn panicking(body: web::Json<Value>) -> web::Json<Value> {
    body
}

async fn hangs(_: &web::Json<Value>) -> bool {
    std::future::pending().await
}

#[requires(bearer, check_after = hangs(body))]
#[post("/hangs")]
async fn hanging(body: web::Json<Value>) -> web::Json<Value> {
    body
}

async fn of_query(query: &web::Query<Lock>) -> bool {
    query.id == 1
}

#[requires(bearer, check_after = of_query(query))]
#[get("/query")]
async fn by_query(query: web::Query<Lock>) -> String {
    query.id.to_string()
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").app_data(web::Data::new(5_u64)).service(lock).service(secret).service(again);
        let scope = scope.service(panicking).service(by_query).route("/word/{id}/{word}", route::put().to(word));
        app.service(scope);
    })
}

fn post(server: &Server, path: &str, token: String, body: &str) -> Answer {
    server.post(path).bearer(token).send_body("application/json", body)
}

fn refused() -> Denied {
    Denied::forbidden("the caller may not do this")
}

#[test]
fn a_check_sees_the_body_and_decides_before_the_handler_runs() {
    let server = server();
    let ask = |token, body: &str| post(&server, "/lock", token, body);
    ask(scoped("lock"), r#"{"id":1}"#).expect("alice locks 1");
    let before = RUN.load(Ordering::Relaxed);
    refused().check(&ask(scoped("lock"), r#"{"id":2}"#));
    Denied::failed().check(&ask(scoped("lock"), r#"{"id":0}"#));
    assert_eq!(RUN.load(Ordering::Relaxed), before, "the handler did not run");
    // Without the scope, and without credentials, the body is not looked at.
    assert_eq!(ask(token().sign(), "not JSON").status, 403);
    let stranger = server.post("/lock").send_body("application/json", "not JSON");
    Denied::missing().challenge(r#"Bearer realm="orders", scope="lock""#).check(&stranger);
    // A body that does not parse is the handler's own 400.
    assert_eq!(ask(scoped("lock"), "not JSON").status, 400);
    // Other arguments than the body serve as well.
    server.get("/query?id=1").bearer(token().sign()).send().expect("1");
    refused().check(&server.get("/query?id=2").bearer(token().sign()).send());
}

#[test]
fn a_check_sees_several_arguments_and_what_was_loaded() {
    let server = server();
    let put = |path: &str| server.request("PUT", path).bearer(token().sign()).send_body("text/plain", "word");
    put("/word/7/word").expect("word for word 7");
    let other = put("/word/7/other");
    assert_eq!((other.status, other.json()["code"].as_str()), (409, Some("word")));
    refused().check(&put("/word/11/word"));
}

#[test]
fn a_check_that_fails_is_ours_to_mend() {
    let server = server();
    let any = |path: &str| post(&server, path, token().sign(), "{}");
    Denied::failed().check(&any("/again"));
    Denied::failed().check(&any("/panics"));
    let slow = Server::start(|app| {
        let auth = builder().deadline(Duration::from_millis(50)).build().unwrap();
        app.service(auth.scope("").service(hanging));
    });
    Denied::unavailable().check(&post(&slow, "/hangs", token().sign(), "{}"));
}

#[test]
fn a_hidden_refusal_after_the_body_looks_like_an_unknown_route() {
    let server = server();
    let hidden = post(&server, "/secret", scoped("lock"), r#"{"secret":"shut"}"#);
    let unknown = post(&server, "/unknown", scoped("lock"), r#"{"secret":"shut"}"#);
    assert_eq!((hidden.status, hidden.text()), (unknown.status, unknown.text()));
    assert_eq!(hidden.all("www-authenticate"), unknown.all("www-authenticate"));
    assert_eq!(post(&server, "/secret", scoped("lock"), r#"{"secret":"open"}"#).status, 200);
}

#[test]
fn a_request_is_counted_once_and_after_its_check() {
    listen();
    observed::snapshotter();
    let server = Server::start(|app| {
        app.service(auth().scope("").service(counted));
    });
    let ask = |body: &str| post(&server, "/counted", token().sign(), body).status;
    assert_eq!((ask(r#"{"secret":"open"}"#), ask("{}"), ask("{")), (200, 403, 400));
    let handler = "http::check_after::counted";
    let mut outcomes: Vec<_> = observed::metrics(handler)
        .into_iter()
        .filter(|((name, _), _)| *name == DECISIONS)
        .map(|((_, labels), seen)| (labels["outcome"].clone(), labels["reason"].clone(), seen.count))
        .collect();
    outcomes.sort();
    let outcome = |outcome: &str, reason: &str| (outcome.to_owned(), reason.to_owned(), 1);
    let expected = [outcome("allowed", "none"), outcome("denied", "check_failed"), outcome("not_run", "none")];
    assert_eq!(outcomes, expected);
    let events = observed::events(handler);
    let event = events.iter().find(|event| event.field("outcome") == "denied").expect("an event");
    assert_eq!(event.field("check"), "http::check_after::has_secret(body)");
}

#[requires(bearer, check_after = has_secret(body))]
#[post("/counted")]
async fn counted(body: web::Json<Value>) -> web::Json<Value> {
    body
}

#[test]
fn the_policy_says_that_the_body_is_read_first() {
    let mut policies = registry::policies();
    let policy = policies.find(|policy| policy.handler() == "http::check_after::word").unwrap();
    assert_eq!(policy.check_after().unwrap().name(), "http::check_after::fits(body, path)");
    let row = fixture::row("::check_after::word");
    assert!(row.rule().unwrap().ends_with("check_after(http::check_after::fits(body, path))"), "{row:?}");
    assert!(row.who().ends_with("once check http::check_after::fits(body, path) has agreed, which sees the arguments"));
    assert_eq!(row.notes(), ["reads the body first"]);
}
