//! Routes that several schemes open.

use actix_web::{get, post};
use auth_runtime::{Basic, Bearer, Optional, Principal, requires};
use tests::{Denied, Server};

use crate::fixture::{self, auth, partner_token, scoped, token};
use crate::schemes::Patient;

#[requires(any(basic, Patient, bearer))]
#[get("/three")]
async fn three(who: Principal) -> String {
    format!("{} by {}", who.subject(), who.scheme())
}

#[requires(any(bearer, basic), scope = "read")]
#[get("/scoped")]
async fn scoped_route(token: Optional<Bearer>, user: Optional<Basic>) -> String {
    format!("{} {}", token.is_some(), user.is_some())
}

#[requires(any(bearer, bearer("partner")))]
#[get("/federated")]
async fn federated(caller: Bearer) -> String {
    let who = caller.principal();
    format!("{} of {} by {}", who.subject(), who.issuer().unwrap(), who.configuration().unwrap_or("default"))
}

#[requires(any(basic, Patient))]
#[post("/write")]
async fn write(who: Principal) -> String {
    who.scheme().to_owned()
}

#[requires(any(Patient, bearer), scope = "read")]
#[get("/word")]
async fn word() -> &'static str {
    "word"
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(three).service(scoped_route).service(federated);
        app.service(scope.service(write).service(word));
    })
}

const BEARER: &str = r#"Bearer realm="orders""#;
const BASIC: &str = r#"Basic realm="orders", charset="UTF-8""#;
const WORD: &str = r#"Word realm="orders", hint="say \"please\"""#;

#[test]
fn each_scheme_has_a_line_of_its_own_with_bearer_first_and_basic_last() {
    let server = server();
    Denied::missing().challenge(BEARER).challenge(WORD).challenge(BASIC).check(&server.get("/three").send());
}

#[test]
fn only_the_scheme_that_was_attempted_has_an_error() {
    let server = server();
    let description = "the token has expired";
    Denied::unauthorized(description)
        .challenge(&format!(r#"{BEARER}, error="invalid_token", error_description="{description}""#))
        .challenge(WORD)
        .challenge(BASIC)
        .check(&server.get("/three").bearer(token().expires_in(-600).sign()).send());
    for answer in
        [server.get("/three").basic("alice", "wrong").send(), server.get("/three").header("X-Word", "please").send()]
    {
        Denied::unauthorized("the credentials are not valid")
            .challenge(BEARER)
            .challenge(WORD)
            .challenge(BASIC)
            .check(&answer);
    }
}

#[test]
fn two_authorization_lines_blame_the_oauth_challenge_and_no_other() {
    let server = server();
    let description = "the request has more than one Authorization field";
    let expected = Denied::bad_request(description)
        .challenge(&format!(r#"{BEARER}, error="invalid_request", error_description="{description}""#))
        .challenge(WORD)
        .challenge(BASIC);
    expected.check(&server.get("/three").bearer(token().sign()).basic("alice", "wonderland").send());
    expected.check(&server.get("/three").basic("alice", "wonderland").bearer(token().sign()).send());
    expected.check(&server.get("/three").basic("alice", "wonderland").basic("alice", "wonderland").send());
}

#[test]
fn each_scheme_opens_the_route() {
    let server = server();
    server.get("/three").bearer(token().sign()).send().expect("alice by bearer");
    server.get("/three").basic("alice", "wonderland").send().expect("alice by basic");
    server.get("/three").header("X-Word", "open sesame").send().expect("ali by patient");
}

#[test]
fn the_first_explicit_credentials_decide_alone() {
    let server = server();
    // Patient stands before bearer: its rejection is final, however good the token.
    let answer = server.get("/three").header("X-Word", "please").bearer(token().sign()).send();
    Denied::unauthorized("the credentials are not valid")
        .challenge(BEARER)
        .challenge(WORD)
        .challenge(BASIC)
        .check(&answer);
    let answer = server.get("/three").header("X-Word", "open sesame").bearer("rubbish").send();
    answer.expect("ali by patient");
}

#[test]
fn explicit_credentials_beat_those_that_a_browser_adds() {
    let server = server();
    // Basic stands first, and is wrong, but a browser may have added it by itself.
    server.post("/write").basic("alice", "wrong").header("X-Word", "open sesame").send().expect("patient");
    let both = server.post("/write").basic("alice", "wonderland").header("X-Word", "please").send();
    assert_eq!(both.status, 401);
    let foreign = || server.post("/write").basic("alice", "wonderland").header("Sec-Fetch-Site", "cross-site");
    foreign().header("X-Word", "open sesame").send().expect("patient");
    Denied::forbidden("cross-site requests are not accepted here").check(&foreign().send());
}

#[test]
fn only_the_identity_of_the_scheme_that_decided_can_be_had() {
    let server = server();
    server.get("/scoped").bearer(scoped("read")).send().expect("true false");
}

#[test]
fn a_missing_scope_is_told_by_a_challenge_to_oauth_callers_only() {
    let server = server();
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
        .check(&server.get("/scoped").bearer(scoped("write")).send());
    Denied::forbidden("the credentials lack a required scope")
        .check(&server.get("/scoped").basic("alice", "wonderland").send());
    server.get("/word").header("X-Word", "open sesame").send().expect("word");
    let challenge = r#"Bearer realm="orders", scope="read""#;
    Denied::missing().challenge(challenge).challenge(BASIC).check(&server.get("/scoped").send());
    Denied::missing().challenge(challenge).challenge(WORD).check(&server.get("/word").send());
}

#[test]
fn the_issuer_of_the_token_chooses_among_configurations_and_they_share_one_challenge() {
    let server = server();
    server.get("/federated").bearer(token().sign()).send().expect("alice of https://idp.example by default");
    server.get("/federated").bearer(partner_token().sign()).send().expect("pat of https://partner.example by partner");
    Denied::missing().challenge(BEARER).check(&server.get("/federated").send());
    for foreign in [
        partner_token().secret(fixture::SECRET),
        token().secret(fixture::PARTNER_SECRET),
        token().claim("iss", "https://evil.example"),
    ] {
        let answer = server.get("/federated").bearer(foreign.sign()).send();
        assert_eq!(answer.status, 401);
        assert_eq!(answer.all("www-authenticate").len(), 1);
        assert!(answer.all("www-authenticate")[0].contains(r#"error="invalid_token""#));
    }
}
