//! The rows about API keys.

use actix_web::{get, post};
use auth_runtime::{ApiKey, Principal, requires};
use tests::{Denied, Server};

use crate::fixture::{self, DirectoryKey, KEY, KEY_EXPIRED, KEY_PLAIN, auth, token};

#[requires(api_key)]
#[get("/me")]
async fn me(caller: ApiKey) -> String {
    caller.id().to_owned()
}

#[requires(api_key, scope = "read", role = "ops")]
#[get("/ops")]
async fn ops(who: Principal) -> String {
    format!("{} by {}", who.subject(), who.scheme())
}

#[requires(api_key("query"))]
#[get("/query")]
async fn query() -> &'static str {
    "query"
}

#[requires(api_key("cookie"))]
#[post("/cookie")]
async fn cookie() -> &'static str {
    "cookie"
}

#[requires(api_key("directory"))]
#[get("/directory")]
async fn directory(caller: ApiKey<DirectoryKey>) -> String {
    caller.owner.to_owned()
}

#[requires(any(basic, api_key, bearer))]
#[get("/any")]
async fn any(who: Principal) -> String {
    format!("{} by {}", who.subject(), who.scheme())
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(me).service(ops).service(query).service(cookie);
        app.service(scope.service(directory).service(any));
    })
}

const CHALLENGE: &str = r#"ApiKey realm="orders", in="header", name="X-API-Key""#;

fn wrong(challenge: &str) -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(challenge)
}

#[test]
fn without_a_key_the_challenge_says_where_to_put_it() {
    let server = server();
    Denied::missing().challenge(CHALLENGE).check(&server.get("/me").send());
    Denied::missing()
        .challenge(r#"ApiKey realm="orders", in="query", name="api_key""#)
        .check(&server.get("/query").send());
    Denied::missing()
        .challenge(r#"ApiKey realm="orders", in="cookie", name="__Host-key""#)
        .check(&server.post("/cookie").send());
}

#[test]
fn credentials_of_another_scheme_and_keys_in_another_place_count_as_none() {
    let server = server();
    Denied::missing().challenge(CHALLENGE).check(&server.get("/me").bearer(token().sign()).send());
    Denied::missing().challenge(CHALLENGE).check(&server.get("/me").bearer(KEY).send());
    Denied::missing().challenge(CHALLENGE).check(&server.get(&format!("/me?api_key={KEY}")).send());
    Denied::missing()
        .challenge(CHALLENGE)
        .check(&server.get("/me").header("Cookie", format!("__Host-key={KEY}")).send());
}

#[test]
fn a_good_key_passes() {
    let server = server();
    let answer = server.get("/me").header("X-API-Key", KEY).send();
    answer.expect("billing");
    assert_eq!(answer.all("cache-control"), ["private"]);
    server.get("/me").header("x-api-key", KEY).send().expect("billing");
    server.get("/ops").header("X-API-Key", KEY).send().expect("billing by api_key");
}

#[test]
fn wrong_expired_and_foreign_keys_are_refused_with_the_same_bytes() {
    let server = server();
    let answers =
        ["test_0000000000000000", "", "x", KEY_EXPIRED, "live_0123456789abcdef", &KEY[1..], &"k".repeat(5000)]
            .map(|key| server.get("/me").header("X-API-Key", key).send().without_date());
    for answer in &answers {
        wrong(CHALLENGE).check(answer);
        assert_eq!(*answer, answers[0]);
    }
}

#[test]
fn two_keys_are_refused() {
    let server = server();
    wrong(CHALLENGE).check(&server.get("/me").header("X-API-Key", KEY).header("X-API-Key", KEY).send());
}

#[test]
fn missing_scopes_and_roles_are_forbidden_without_a_challenge() {
    let server = server();
    Denied::forbidden("the credentials lack a required scope")
        .check(&server.get("/ops").header("X-API-Key", KEY_PLAIN).send());
}

#[test]
fn a_key_in_the_query_leaves_no_trace_in_referrers() {
    let server = server();
    let answer = server.get(&format!("/query?api_key={KEY}")).send();
    answer.expect("query");
    assert_eq!(answer.all("referrer-policy"), ["no-referrer"]);
    assert_eq!(answer.all("cache-control"), ["private"]);
    let refused = server.get("/query?api_key=nonsense").send();
    wrong(r#"ApiKey realm="orders", in="query", name="api_key""#).check(&refused);
    assert_eq!(refused.all("referrer-policy"), ["no-referrer"]);
    assert_eq!(server.get(&format!("/query?api_key={KEY}&api_key={KEY}")).send().status, 401);
}

#[test]
fn a_key_in_a_cookie_does_not_count_across_sites() {
    let server = server();
    let post = || server.post("/cookie").header("Cookie", format!("a=b; __Host-key={KEY}; c=d"));
    post().send().expect("cookie");
    post().header("Sec-Fetch-Site", "same-origin").send().expect("cookie");
    post().header("Origin", fixture::ORIGIN).send().expect("cookie");
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    refused().check(&post().header("Sec-Fetch-Site", "cross-site").send());
    refused().check(&post().header("Sec-Fetch-Site", "same-site").send());
    refused().check(&post().header("Origin", "https://evil.example").send());
    refused().check(&post().header("Origin", "null").send());
    let twice = server.post("/cookie").header("Cookie", format!("__Host-key={KEY}; __Host-key={KEY}")).send();
    wrong(r#"ApiKey realm="orders", in="cookie", name="__Host-key""#).check(&twice);
}

#[test]
fn a_function_of_the_applications_own_finds_the_key() {
    let server = server();
    server.get("/directory").header("X-API-Key", KEY).send().expect("carol");
    wrong(CHALLENGE).check(&server.get("/directory").header("X-API-Key", "unheard-of").send());
    let answer = server.get("/directory").header("X-API-Key", fixture::KEY_UNREACHABLE).send();
    Denied::unavailable().check(&answer);
    assert!(!answer.text().contains("secret detail"));
}

#[test]
fn a_key_stands_between_bearer_and_basic_and_has_no_error() {
    let server = server();
    let (bearer, basic) = (r#"Bearer realm="orders""#, r#"Basic realm="orders", charset="UTF-8""#);
    Denied::missing().challenge(bearer).challenge(CHALLENGE).challenge(basic).check(&server.get("/any").send());
    Denied::unauthorized("the credentials are not valid")
        .challenge(bearer)
        .challenge(CHALLENGE)
        .challenge(basic)
        .check(&server.get("/any").header("X-API-Key", "nonsense").send());
    Denied::unauthorized("the token is not valid")
        .challenge(&format!(r#"{bearer}, error="invalid_token", error_description="the token is not valid""#))
        .challenge(CHALLENGE)
        .challenge(basic)
        .check(&server.get("/any").bearer("rubbish").send());
    // The key stands before the token, and basic is what a browser adds.
    let all = server.get("/any").header("X-API-Key", KEY);
    all.clone().bearer("rubbish").send().expect("billing by api_key");
    all.basic("alice", "wrong").send().expect("billing by api_key");
}
