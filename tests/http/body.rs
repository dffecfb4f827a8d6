//! A request is denied before anything of its body is read, and the connection is safe afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpRequest, get, post, web};
use auth_runtime::{Bearer, Principal, public, requires};
use serde_json::{Value, json};
use tests::{Connection, Denied, Request, Server, http2};

use crate::fixture::{auth, builder, scoped, token};
use crate::schemes::Patient;

#[requires(bearer, scope = "write")]
#[post("/one")]
async fn one(body: web::Json<Value>) -> String {
    body.to_string()
}

#[requires(bearer, scope = "write")]
#[post("/sixteen")]
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    a: web::Bytes,
    b: web::Bytes,
    c: String,
    d: Option<web::Json<Value>>,
    e: Result<web::Json<Value>, actix_web::Error>,
    f: HttpRequest,
    g: HttpRequest,
    h: HttpRequest,
    i: HttpRequest,
    j: HttpRequest,
    k: HttpRequest,
    l: HttpRequest,
    m: HttpRequest,
    n: HttpRequest,
    who: Principal,
    caller: Bearer,
) -> String {
    let requests = [f, g, h, i, j, k, l, m, n];
    assert!(
        b.is_empty() && c.is_empty() && d.is_none() && e.is_err() && requests.iter().all(|it| it.path() == "/sixteen")
    );
    format!("{} {} {}", a.len(), who.subject(), caller.principal().subject())
}

#[requires(bearer, check(no_after_a_moment))]
#[post("/sixteen-checked")]
#[allow(clippy::too_many_arguments)]
async fn sixteen_checked(
    _: web::Bytes,
    _: web::Json<Value>,
    _: String,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: web::Bytes,
    _: Bearer,
    _: Principal,
) -> &'static str {
    "never"
}

async fn no_after_a_moment() -> bool {
    tokio::time::sleep(Duration::from_millis(30)).await;
    false
}

async fn never() -> bool {
    std::future::pending().await
}

#[requires(bearer, check(no_after_a_moment))]
#[post("/checked")]
async fn checked(body: web::Json<Value>) -> String {
    body.to_string()
}

#[requires(bearer, check(never))]
#[post("/never")]
async fn never_checked(body: web::Json<Value>) -> String {
    body.to_string()
}

#[requires(Patient)]
#[post("/patient")]
async fn patient(body: web::Json<Value>) -> String {
    body.to_string()
}

#[derive(serde::Deserialize)]
struct Claims {
    tenant: String,
}

#[requires(bearer)]
#[post("/json-first")]
async fn json_first(body: web::Json<Value>, caller: Bearer<Claims>) -> String {
    format!("{} {}", *body, caller.tenant)
}

static SMUGGLED: AtomicUsize = AtomicUsize::new(0);

#[public]
#[get("/smuggled")]
async fn smuggled() -> &'static str {
    SMUGGLED.fetch_add(1, Ordering::SeqCst);
    "smuggled"
}

#[public]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

fn server() -> Server {
    Server::start(|app| {
        let auth = builder().deadline(Duration::from_millis(300)).build().unwrap();
        let scope = auth.scope("").service(one).service(sixteen).service(checked).service(never_checked);
        app.service(
            scope.service(patient).service(json_first).service(smuggled).service(open).service(sixteen_checked),
        );
    })
}

/// Ways to announce a body.
const ANNOUNCED: &[(&str, &str)] = &[("Content-Length", "1000000"), ("Transfer-Encoding", "chunked")];

fn missing() -> Denied {
    Denied::missing().challenge(r#"Bearer realm="orders", scope="write""#)
}

fn insufficient() -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="write""#)
}

/// Sends the head of a request whose body never arrives, and awaits its denial.
#[track_caller]
fn denied_without_body(expected: &Denied, request: Request) {
    for (name, value) in ANNOUNCED {
        let request = request.clone().header("Content-Type", "application/json").header(name, value);
        let mut connection = request.open();
        expected.check(&connection.answer());
    }
}

#[test]
fn a_denial_does_not_wait_for_a_body_that_never_arrives() {
    let server = server();
    denied_without_body(&missing(), server.post("/one"));
    denied_without_body(&insufficient(), server.post("/one").bearer(scoped("read")));
    assert_eq!(server.post("/one").bearer("rubbish").header("Content-Length", "9").open().answer().status, 401);
    assert_eq!(
        server.post("/one").header("Authorization", "Bearer").header("Content-Length", "9").open().answer().status,
        400
    );
}

#[test]
fn a_denial_of_a_handler_with_sixteen_arguments_does_not_wait_for_the_body() {
    let server = server();
    denied_without_body(&missing(), server.post("/sixteen"));
    denied_without_body(&insufficient(), server.post("/sixteen").bearer(scoped("read")));
    server.post("/sixteen").bearer(scoped("write")).send_body("text/plain", "12345").expect("5 alice alice");
}

#[test]
fn a_denial_by_a_pending_check_does_not_wait_for_the_body() {
    let server = server();
    let refused = Denied::forbidden("the caller may not do this");
    denied_without_body(&refused, server.post("/checked").bearer(token().sign()));
    denied_without_body(&refused, server.post("/sixteen-checked").bearer(token().sign()));
    denied_without_body(&Denied::unavailable(), server.post("/never").bearer(token().sign()));
}

#[test]
fn a_denial_by_a_pending_scheme_does_not_wait_for_the_body() {
    let server = server();
    let wrong = Denied::unauthorized("the credentials are not valid")
        .challenge(r#"Word realm="orders", hint="say \"please\"""#);
    denied_without_body(&wrong, server.post("/patient").header("X-Word", "please"));
}

#[test]
fn a_denial_over_http_2_does_not_wait_for_the_body() {
    let server = server();
    let json = ("content-type", "application/json");
    let check = |expected: &Denied, path: &str, headers: &[(&str, &str)]| {
        let headers = [&[json], headers].concat();
        expected.check(&http2(server.address(), "POST", path, &headers, None));
    };
    check(&missing(), "/one", &[]);
    check(&missing(), "/sixteen", &[]);
    let refused = Denied::forbidden("the caller may not do this");
    check(&refused, "/checked", &[("authorization", &format!("Bearer {}", token().sign()))]);
}

#[test]
fn a_body_that_does_not_parse_changes_no_denial() {
    let server = server();
    missing().check(&server.post("/one").send_body("application/json", "{"));
    insufficient().check(&server.post("/one").bearer(scoped("read")).send_body("application/json", "{"));
    Denied::forbidden("the caller may not do this")
        .check(&server.post("/checked").bearer(token().sign()).send_body("text/html", "<p>"));
    assert_eq!(server.post("/one").bearer(scoped("write")).send_body("application/json", "{").status, 400);
    server.post("/one").bearer(scoped("write")).send_body("application/json", "[1]").expect("[1]");
}

#[test]
fn an_identity_that_does_not_fit_is_refused_before_an_earlier_argument_reads_the_body() {
    let server = server();
    let description = "the token lacks what this resource needs";
    let unfit = Denied::unauthorized(description)
        .challenge(&format!(r#"Bearer realm="orders", error="invalid_token", error_description="{description}""#));
    denied_without_body(&unfit, server.post("/json-first").bearer(token().sign()));
    unfit.check(&server.post("/json-first").bearer(token().sign()).send_body("application/json", "{"));
    let fit = token().claim("tenant", "acme").sign();
    server.post("/json-first").bearer(fit).send_body("application/json", "{}").expect("{} acme");
}

#[test]
fn an_accepted_body_may_arrive_byte_by_byte_after_a_pending_decision() {
    let server = server();
    let body = json!({ "slowly": [1, 2, 3] }).to_string();
    let request = server
        .post("/patient")
        .header("X-Word", "open sesame")
        .header("Content-Type", "application/json")
        .header("Content-Length", body.len().to_string());
    let mut connection = request.open();
    for byte in body.as_bytes() {
        connection.send([*byte]);
    }
    connection.answer().expect(&body);
}

/// A request as the body of another, to be taken for a request by nobody.
fn inner() -> Vec<u8> {
    b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// After the denial the connection is closed, or answers the request that follows the body and nothing else.
#[track_caller]
fn assert_no_request_in_body(mut connection: Connection, next: &[u8]) {
    connection.try_send(next);
    let rest = String::from_utf8(connection.rest()).unwrap();
    assert!(rest.is_empty() || rest.ends_with("\r\n\r\nopen"), "{rest}");
    assert!(rest.matches("HTTP/1.1 ").count() <= 1, "{rest}");
    assert_eq!(SMUGGLED.load(Ordering::SeqCst), 0);
}

#[test]
fn after_a_denial_nothing_in_the_body_is_taken_for_a_request() {
    let server = server();
    let next = server.get("/open").header("Connection", "close").bytes();
    let announced = server.post("/one").header("Content-Type", "application/json");
    let with_length = announced.clone().header("Content-Length", inner().len().to_string()).bytes();
    let chunked = announced.header("Transfer-Encoding", "chunked").bytes();
    let in_chunks = [chunk(&inner()), chunk(b"")].concat();
    for (head, body) in [(&with_length, inner()), (&chunked, in_chunks)] {
        // All at once, then the body after the denial, then the body in two parts around it.
        let mut connection = server.connect();
        connection.send([&**head, &body].concat());
        missing().check(&connection.answer());
        assert_no_request_in_body(connection, &next);

        let mut connection = server.connect();
        connection.send(head);
        missing().check(&connection.answer());
        connection.try_send(&body);
        assert_no_request_in_body(connection, &next);

        for cut in [1, 4, body.len() - 1] {
            let mut connection = server.connect();
            connection.send([&**head, &body[..cut]].concat());
            missing().check(&connection.answer());
            connection.try_send(&body[cut..]);
            assert_no_request_in_body(connection, &next);
        }
    }
}

#[test]
fn denials_of_pipelined_requests_come_in_order() {
    let server = server();
    let mut connection = server.connect();
    let requests = [
        server.post("/one").header("Content-Length", "0").bytes(),
        server.get("/open").bytes(),
        server.post("/patient").header("X-Word", "please").header("Content-Length", "0").bytes(),
        server.get("/open").header("Connection", "close").bytes(),
    ];
    connection.send(requests.concat());
    assert_eq!([(); 4].map(|()| connection.answer().status), [401, 200, 401, 200]);
    assert!(connection.rest().is_empty());
}

#[test]
fn a_refused_request_that_asks_leave_to_send_its_body_is_refused() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(one));
    });
    let mut connection =
        server.post("/one").header("Content-Length", "1000000").header("Expect", "100-continue").open();
    let mut answer = connection.answer();
    if answer.status == 100 {
        answer = connection.answer();
    }
    missing().check(&answer);
}
