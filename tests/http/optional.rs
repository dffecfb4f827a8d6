//! Routes that anyone may call and that know who calls.

use actix_web::get;
use auth_runtime::{Basic, Bearer, Optional, Principal, requires};
use tests::{Denied, Server};

use crate::fixture::{auth, token};

#[requires(optional(bearer))]
#[get("/greeting")]
async fn greeting(caller: Optional<Bearer>) -> String {
    match &*caller {
        Some(caller) => format!("hello {}", caller.principal().subject()),
        None => "hello stranger".to_owned(),
    }
}

#[requires(optional(any(bearer, basic)))]
#[get("/either")]
async fn either(token: Optional<Bearer>, user: Optional<Basic>, who: Optional<Principal>) -> String {
    let who = who.into_inner();
    format!("{} {} {}", token.is_some(), user.is_some(), who.map_or("-".to_owned(), |who| who.subject().to_owned()))
}

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(greeting).service(either));
    })
}

const BEARER: &str = r#"Bearer realm="orders""#;
const BASIC: &str = r#"Basic realm="orders", charset="UTF-8""#;

#[test]
fn without_credentials_the_handler_runs() {
    let server = server();
    let answer = server.get("/greeting").send();
    answer.expect("hello stranger");
    assert_eq!(answer.all("cache-control"), ["private"]);
    server.get("/either").send().expect("false false -");
}

#[test]
fn credentials_of_a_scheme_not_offered_count_as_none() {
    let server = server();
    server.get("/greeting").basic("alice", "wonderland").send().expect("hello stranger");
    server.get("/greeting").header("Authorization", "Digest username=\"alice\"").send().expect("hello stranger");
}

#[test]
fn good_credentials_are_known_to_the_handler() {
    let server = server();
    server.get("/greeting").bearer(token().sign()).send().expect("hello alice");
    server.get("/either").bearer(token().sign()).send().expect("true false alice");
    server.get("/either").basic("alice", "wonderland").send().expect("false true alice");
}

#[test]
fn bad_credentials_are_refused_and_never_anonymous() {
    let server = server();
    let expired = token().expires_in(-600).sign();
    let description = "the token has expired";
    let line = format!(r#"{BEARER}, error="invalid_token", error_description="{description}""#);
    Denied::unauthorized(description).challenge(&line).check(&server.get("/greeting").bearer(&expired).send());
    Denied::unauthorized(description)
        .challenge(&line)
        .challenge(BASIC)
        .check(&server.get("/either").bearer(&expired).send());
    Denied::unauthorized("the credentials are not valid")
        .challenge(BEARER)
        .challenge(BASIC)
        .check(&server.get("/either").basic("alice", "wrong").send());
    let description = "the credentials are malformed";
    let line = format!(r#"{BEARER}, error="invalid_request", error_description="{description}""#);
    Denied::bad_request(description)
        .challenge(&line)
        .check(&server.get("/greeting").header("Authorization", "Bearer").send());
    let twice = server.get("/greeting").bearer(token().sign()).bearer(token().sign()).send();
    assert_eq!(twice.status, 400);
}
