//! The rows about user names and passwords (RFC 7617).

use actix_web::{get, post};
use auth_runtime::{Basic, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::{Denied, Server};

use crate::fixture::{self, Member, auth, token};

#[requires(basic)]
#[get("/me")]
async fn me(caller: Basic) -> String {
    caller.name().to_owned()
}

#[requires(basic, realm = "vault")]
#[post("/vault")]
async fn vault() -> &'static str {
    "vault"
}

#[requires(basic("members"))]
#[get("/member")]
async fn member(caller: Basic<Member>) -> String {
    caller.number.to_string()
}

#[requires(basic, role = "ops")]
#[get("/ops")]
async fn ops(caller: Basic) -> String {
    caller.principal().subject().to_owned()
}

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(me).service(vault).service(member).service(ops));
    })
}

const CHALLENGE: &str = r#"Basic realm="orders", charset="UTF-8""#;

fn wrong() -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(CHALLENGE)
}

#[test]
fn without_credentials_there_is_a_challenge() {
    let server = server();
    Denied::missing().challenge(CHALLENGE).check(&server.get("/me").send());
    Denied::missing().challenge(r#"Basic realm="vault", charset="UTF-8""#).check(&server.post("/vault").send());
}

#[test]
fn a_good_token_counts_as_nothing_here() {
    let server = server();
    Denied::missing().challenge(CHALLENGE).check(&server.get("/me").bearer(token().sign()).send());
}

#[test]
fn the_right_password_passes_again_and_again() {
    let server = server();
    for _ in 0..3 {
        let answer = server.get("/me").basic("alice", "wonderland").send();
        answer.expect("alice");
        assert_eq!(answer.all("cache-control"), ["private"]);
    }
    server.get("/me").basic("jürgen", "schlüssel").send().expect("jürgen");
    server.get("/me").header("Authorization", "basic   YWxpY2U6d29uZGVybGFuZA==").send().expect("alice");
}

#[test]
fn an_unknown_user_and_a_wrong_password_get_the_same_bytes() {
    let server = server();
    let wrong_password = server.get("/me").basic("alice", "looking-glass").send();
    let unknown_user = server.get("/me").basic("mallory", "wonderland").send();
    wrong().check(&wrong_password);
    wrong().check(&unknown_user);
    assert_eq!(wrong_password.without_date(), unknown_user.without_date());
    for (user, password) in
        [("alice", ""), ("", "wonderland"), ("", ""), ("Alice", "wonderland"), ("alice", "wonderland ")]
    {
        wrong().check(&server.get("/me").basic(user, password).send());
    }
    wrong().check(&server.get("/me").basic("alice", &"w".repeat(2000)).send());
}

#[test]
fn what_cannot_be_decoded_is_wrong_and_no_error_of_ours() {
    let server = server();
    let encoded = |bytes: &[u8]| format!("Basic {}", STANDARD.encode(bytes));
    for bad in [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!!".to_owned(),
        "Basic YWxpY2U6d29uZGVybGFuZA".to_owned() + "==x",
        "Basic YWxpY2U6d29uZGVybGFuZA== YWxpY2U6d29uZGVybGFuZA==".to_owned(),
        encoded(b"alice"),
        encoded(b"alice\0:wonderland"),
        encoded(b"alice:wonder\nland"),
        encoded(b"ali\x7fce:wonderland"),
        encoded(b"\xff\xfe:wonderland"),
    ] {
        wrong().check(&server.get("/me").header("Authorization", bad).send());
    }
}

#[test]
fn two_authorization_lines_are_a_bad_request_with_the_plain_challenge() {
    let server = server();
    let twice = server.get("/me").basic("alice", "wonderland").basic("alice", "wonderland").send();
    Denied::bad_request("the request has more than one Authorization field").challenge(CHALLENGE).check(&twice);
}

#[test]
fn a_function_of_the_applications_own_decides_and_names_the_user() {
    let server = server();
    server.get("/member").basic("bob", "builder").send().expect("7");
    wrong().check(&server.get("/member").basic("bob", "wrecker").send());
    wrong().check(&server.get("/member").basic("alice", "wonderland").send());
}

#[test]
fn a_directory_out_of_reach_is_not_the_callers_fault() {
    let server = server();
    let answer = server.get("/member").basic("nobody-knows", "hunter2").send();
    Denied::unavailable().check(&answer);
    assert!(!answer.text().contains("secret detail"));
}

#[test]
fn a_missing_role_is_forbidden_without_a_challenge() {
    let server = server();
    server.get("/ops").basic("alice", "wonderland").send().expect("alice");
    Denied::forbidden("the caller lacks a required role")
        .check(&server.get("/ops").basic("jürgen", "schlüssel").send());
}

#[test]
fn a_password_that_a_browser_sends_by_itself_does_not_count_across_sites() {
    let server = server();
    let post = || server.post("/vault").basic("alice", "wonderland");
    post().send().expect("vault");
    post().header("Sec-Fetch-Site", "same-origin").send().expect("vault");
    post().header("Origin", fixture::ORIGIN).send().expect("vault");
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    refused().check(&post().header("Sec-Fetch-Site", "cross-site").send());
    refused().check(&post().header("Sec-Fetch-Site", "same-site").send());
    refused().check(&post().header("Origin", "https://evil.example").send());
    refused().check(&post().header("Origin", "null").send());
    server.get("/me").basic("alice", "wonderland").header("Sec-Fetch-Site", "cross-site").send().expect("alice");
}
