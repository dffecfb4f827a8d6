//! HEAD, HTTP/2 and requests that arrive in pieces.

use actix_web::{get, post, route};
use auth_runtime::{Bearer, Principal, requires};
use tests::{Denied, Server, http2};

use crate::fixture::{auth, scoped, token};

#[requires(bearer, scope = "read")]
#[route("/either", method = "GET", method = "HEAD")]
async fn either(caller: Bearer) -> String {
    caller.principal().subject().to_owned()
}

#[requires(any(bearer, basic))]
#[get("/any")]
async fn any(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer, scope = "read", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[requires(bearer)]
#[post("/echo")]
async fn echo(body: String) -> String {
    body
}

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(either).service(any).service(hidden).service(echo));
    })
}

fn missing() -> Denied {
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#)
}

fn insufficient() -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
}

#[test]
fn head_gets_the_headers_of_get_and_no_body() {
    let server = server();
    let expired = token().expires_in(-600).sign();
    for credentials in [None, Some(scoped("write")), Some(expired), Some(scoped("read")), Some(String::new())] {
        let send = |method: &str| {
            let request = server.request(method, "/either");
            match &credentials {
                Some(token) => request.bearer(token).send().without_date(),
                None => request.send().without_date(),
            }
        };
        let (get, head) = (send("GET"), send("HEAD"));
        assert_eq!((head.status, &head.headers), (get.status, &get.headers));
        assert!(head.body.is_empty() && !get.body.is_empty());
    }
    missing().check_head(&server.request("HEAD", "/either").send());
    insufficient().check_head(&server.request("HEAD", "/either").bearer(scoped("write")).send());
    // Nothing follows the header on the wire.
    let mut connection = server.connect();
    connection.send(server.request("HEAD", "/either").header("Connection", "close").bytes());
    missing().check_head(&connection.answer_to_head());
    assert!(connection.rest().is_empty());
}

#[test]
fn http_2_gets_the_same_denials() {
    let server = server();
    let get = |path: &str, headers: &[(&str, &str)]| http2(server.address(), "GET", path, headers, Some(b""));
    missing().check(&get("/either", &[]));
    let write = format!("Bearer {}", scoped("write"));
    insufficient().check(&get("/either", &[("authorization", &write)]));
    let read = format!("bearer  {}", scoped("read"));
    get("/either", &[("authorization", &read)]).expect("alice");
    let description = "the request has more than one Authorization field";
    Denied::bad_request(description)
        .challenge(&format!(
            r#"Bearer realm="orders", error="invalid_request", error_description="{description}", scope="read""#
        ))
        .check(&get("/either", &[("authorization", &read), ("authorization", &read)]));
    Denied::missing()
        .challenge(r#"Bearer realm="orders""#)
        .challenge(r#"Basic realm="orders", charset="UTF-8""#)
        .check(&get("/any", &[]));
    let head = http2(server.address(), "HEAD", "/either", &[], Some(b""));
    missing().check_head(&head);
    assert!(head.body.is_empty());
}

#[test]
fn http_2_hides_the_same_routes() {
    let server = server();
    let get = |path: &str| http2(server.address(), "GET", path, &[], Some(b"")).without_date();
    assert_eq!(get("/hidden"), get("/unknown"));
    assert_eq!(get("/hidden").status, 404);
}

#[test]
fn http_2_carries_an_accepted_body() {
    let server = server();
    let bearer = format!("Bearer {}", token().sign());
    let answer = http2(server.address(), "POST", "/echo", &[("authorization", &bearer)], Some(b"hello"));
    answer.expect("hello");
    assert_eq!(answer.all("cache-control"), ["private"]);
}

#[test]
fn credentials_that_arrive_in_pieces_are_whole() {
    let server = server();
    let request = server.get("/either").bearer(scoped("read")).bytes();
    for size in [1, 7, 64] {
        let mut connection = server.connect();
        for piece in request.chunks(size) {
            connection.send(piece);
        }
        connection.answer().expect("alice");
    }
}

#[test]
fn each_request_of_a_connection_is_decided_by_itself() {
    let server = server();
    let mut connection = server.connect();
    for _ in 0..3 {
        connection.send(server.get("/either").bearer(scoped("read")).bytes());
        connection.answer().expect("alice");
        connection.send(server.get("/either").bytes());
        missing().check(&connection.answer());
        connection.send(server.get("/either").bearer(scoped("write")).bytes());
        insufficient().check(&connection.answer());
    }
}

#[test]
fn the_absolute_form_of_a_target_is_decided_alike() {
    let server = server();
    let target = format!("http://{}/either", server.address());
    missing().check(&server.get(&target).send());
    server.get(&target).bearer(scoped("read")).send().expect("alice");
}
