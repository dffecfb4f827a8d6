//! Which credential counts.

use serde_json::json;

use crate::app::*;

fn good_token() -> String {
    token(&good())
}

fn expired_token() -> String {
    token(&with(json!({"exp": NOW - 1000})))
}

#[test]
fn explicit_beats_ambient() {
    let server = serve();
    // `/basic/first` is any(basic, api_key, bearer); `/ambient/first` is any(bearer("cookie"), api_key).
    server.get("/basic/first").basic("alice", PASSWORD).send().expect("basic alice");
    let request = server.get("/basic/first").basic("alice", PASSWORD).header("X-API-Key", API_KEY);
    request.send().expect("api_key robot");
    let cookie = format!("__Host-s={}", good_token());
    server.get("/ambient/first").header("Cookie", &cookie).send().expect("bearer alice");
    server.get("/ambient/first").header("Cookie", &cookie).header("X-API-Key", API_KEY).send().expect("api_key robot");
    // Also where the explicit one is bad: whoever sends it means it.
    let answer = server.get("/basic/first").basic("alice", PASSWORD).header("X-API-Key", "wrong").send();
    Denied::unauthorized("the credentials are not valid")
        .challenge(BEARER_CHALLENGE)
        .challenge(KEY_CHALLENGE)
        .challenge(BASIC_CHALLENGE)
        .check(&answer);
    let answer = server.get("/ambient/first").header("Cookie", &cookie).header("X-API-Key", "wrong").send();
    assert_eq!(answer.status, 401);
}

#[test]
fn among_equals_the_declared_order_decides() {
    let server = serve();
    let both = |path| server.get(path).bearer(good_token()).header("X-API-Key", API_KEY);
    both("/either").send().expect("bearer alice");
    both("/key/first").send().expect("api_key robot");
    both("/basic/first").send().expect("api_key robot");
}

#[test]
fn nothing_falls_back() {
    let server = serve();
    let bad = expired_token();
    let answer = server.get("/either").bearer(&bad).header("X-API-Key", API_KEY).send();
    Denied::unauthorized("the token has expired")
        .challenge(&invalid_token("the token has expired"))
        .challenge(KEY_CHALLENGE)
        .challenge(BASIC_CHALLENGE)
        .check(&answer);
    assert_eq!(server.get("/either").header("X-API-Key", "wrong").bearer(good_token()).send().body, b"bearer alice");
    let answer = server.get("/key/first").header("X-API-Key", "wrong").bearer(good_token()).send();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.all("www-authenticate"), [BEARER_CHALLENGE, KEY_CHALLENGE], "the blame is on no token");
    let answer = server.get("/either").header("Authorization", "Bearer !").header("X-API-Key", API_KEY).send();
    assert_eq!(answer.status, 400);
}

#[test]
fn nothing_is_merged() {
    let server = serve();
    // `/either/merged` needs `read`, which the key has, and `admin`, which the token has.
    let admin = token(&with(json!({"scope": "admin"})));
    let answer = server.get("/either/merged").bearer(&admin).header("X-API-Key", API_KEY).send();
    let challenge = r#"Bearer realm="attacks", error="insufficient_scope", scope="read admin""#;
    Denied::forbidden("the credentials lack a required scope").challenge(challenge).check(&answer);
    assert_eq!(server.get("/either/merged").header("X-API-Key", API_KEY).send().status, 403);
    server.get("/either/merged").bearer(token(&with(json!({"scope": "admin read"})))).send().expect("bearer alice");
}

#[test]
fn only_the_identity_that_decides_is_readable() {
    let server = serve();
    let path = "/either/identities";
    server.get(path).bearer(good_token()).send().expect("true false false");
    server.get(path).header("X-API-Key", API_KEY).send().expect("false true false");
    server.get(path).basic("alice", PASSWORD).send().expect("false false true");
    server.get(path).bearer(good_token()).header("X-API-Key", API_KEY).send().expect("true false false");
    server.get(path).basic("alice", PASSWORD).header("X-API-Key", API_KEY).send().expect("false true false");
}

#[test]
fn a_token_in_the_header_wins_over_a_cookie() {
    let server = serve();
    let cookie = |token: &str| format!("__Host-s={token}");
    let (alice, bob) = (good_token(), token(&with(json!({"sub": "bob"}))));
    server.get("/cookie").bearer(&alice).header("Cookie", cookie(&bob)).send().expect("bearer alice");
    server.get("/cookie").bearer(&alice).header("Cookie", cookie("bad")).send().expect("bearer alice");
    let answer = server.get("/cookie").bearer(expired_token()).header("Cookie", cookie(&bob)).send();
    refused_token("the token has expired").check(&answer);
    malformed_bearer()
        .check(&server.get("/cookie").header("Authorization", "Bearer").header("Cookie", cookie(&bob)).send());
}

#[test]
fn a_token_in_header_and_query_is_400_where_query_tokens_are_enabled() {
    const DETAIL: &str = "the request carries more than one token";
    let server = serve();
    let token = good_token();
    server.get(&format!("/query?access_token={token}")).send().expect("bearer alice");
    let refused = Denied::bad_request(DETAIL).challenge(&invalid_request(DETAIL));
    for query in
        [format!("access_token={token}"), "access_token=".into(), "access_token".into(), "access_token=x".into()]
    {
        refused.check(&server.get(&format!("/query?{query}")).bearer(&token).send());
    }
    for query in [format!("access_token={token}&access_token={token}"), format!("access_token={token}&access_token=")] {
        refused.check(&server.get(&format!("/query?{query}")).send());
    }
    // Where they are not enabled the query is nobody's credential.
    server.get(&format!("/bearer?access_token={token}")).bearer(&token).send().expect("bearer alice");
    let answer = server.get(&format!("/bearer?access_token={token}")).send();
    Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
}

/// A name that only another reader would take for ours must not be a second token that nobody sees.
#[test]
fn a_parameter_in_disguise_is_no_token() {
    let server = serve();
    let token = good_token();
    for name in
        ["access%5Ftoken", "%61ccess_token", "ACCESS_TOKEN", "access_token[]", "access_token%00", "access_tokens"]
    {
        let answer = server.get(&format!("/query?{name}={token}")).send();
        assert!([400, 401].contains(&answer.status), "{name}: {answer:?}");
    }
}

/// RFC 6750 section 2.2 would let a form carry the token; bodies are never read for credentials.
#[test]
fn bodies_are_never_read_for_credentials() {
    let server = serve();
    let token = good_token();
    let body = format!("access_token={token}");
    for path in ["/form", "/bearer"] {
        let answer = server.post(path).send_body("application/x-www-form-urlencoded", &body);
        Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
    }
    let answer = server.post("/form").bearer(&token).send_body("application/x-www-form-urlencoded", &body);
    answer.expect("bearer alice 1"); // neither a second token, nor taken out
}

#[test]
fn credentials_of_a_scheme_the_policy_does_not_offer_are_absent() {
    let server = serve();
    let missing = |challenge: &str| Denied::missing().challenge(challenge);
    missing(BEARER_CHALLENGE).check(&server.get("/bearer").basic("alice", PASSWORD).send());
    missing(BEARER_CHALLENGE).check(&server.get("/bearer").header("X-API-Key", API_KEY).send());
    missing(BASIC_CHALLENGE).check(&server.get("/basic").bearer(good_token()).send());
    missing(KEY_CHALLENGE).check(&server.get("/key").bearer(good_token()).send());
    missing(KEY_CHALLENGE).check(&server.get("/key").basic("alice", PASSWORD).send());
    // Under `optional` they leave the caller anonymous, good or bad.
    for request in [
        server.get("/optional").basic("alice", PASSWORD),
        server.get("/optional").basic("alice", "wrong"),
        server.get("/optional").header("X-API-Key", "wrong"),
        server.get("/optional").header("Authorization", "Digest x"),
        server.get("/optional/basic").bearer(expired_token()),
    ] {
        request.send().expect("anonymous");
    }
}

#[test]
fn optional_with_a_bad_credential_is_never_anonymous() {
    let server = serve();
    let alg_none = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(good().to_string()));
    for request in [
        server.get("/optional").bearer(expired_token()),
        server.get("/optional").bearer(&alg_none),
        server.get("/optional").bearer("x"),
        server.get("/optional").bearer(""),
        server.get("/optional/any").bearer("x"),
        server.get("/optional/any").header("X-API-Key", "wrong"),
        server.get("/optional/any").header("X-API-Key", ""),
        server.get("/optional/any").header("X-API-Key", API_KEY).header("X-API-Key", API_KEY),
        server.get("/optional/any").basic("alice", "wrong"),
        server.get("/optional/any").header("Authorization", "Basic"),
        server.get("/optional/any").header("Authorization", "Basic !"),
        server.get("/optional/basic").header("Authorization", "Basic YWxpY2U"),
        server.get("/optional/key/query?api_key=wrong"),
        server.get("/optional/key/query?api_key="),
        server.get("/optional/key/query?api_key"),
        server.get(&format!("/optional/key/query?api_key={API_KEY}&api_key={API_KEY}")),
        server.get(&format!("/optional/key/query?api%5Fkey={API_KEY}")),
    ] {
        let shown = String::from_utf8_lossy(&request.bytes()).into_owned();
        let answer = request.send();
        assert!([400, 401].contains(&answer.status), "{shown}\n{answer:?}");
        assert_ne!(answer.body, b"anonymous");
    }
    server.get("/optional").send().expect("anonymous");
    server.get("/optional/any").send().expect("anonymous");
    server.get("/optional").bearer(good_token()).send().expect("bearer alice");
}
