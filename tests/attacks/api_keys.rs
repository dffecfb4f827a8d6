//! API keys.

use crate::app::*;

const QUERY_CHALLENGE: &str = r#"ApiKey realm="attacks", in="query", name="api_key""#;

fn wrong_in_query() -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(QUERY_CHALLENGE)
}

#[test]
fn an_unknown_an_expired_and_a_foreign_key_look_the_same() {
    let server = serve();
    let expected = server.get("/key").header("X-API-Key", "live_unknown").send().without_date();
    wrong_key().check(&expected);
    for key in [
        EXPIRED_KEY,
        TEST_KEY,
        "test_unknown",
        "live_",
        "",
        " ",
        "x",
        &"x".repeat(5000),
        "live_0123456789abcde",
        "LIVE_0123456789abcdef",
    ] {
        let answer = server.get("/key").header("X-API-Key", key).send();
        assert_eq!(answer.without_date(), expected, "{key}");
    }
    server.get("/key").header("X-API-Key", API_KEY).send().expect("api_key robot");
}

#[test]
fn a_key_expires_with_its_second() {
    let clock = clock();
    let server = serve_at(&clock);
    clock.set(NOW - 1);
    server.get("/key").header("X-API-Key", EXPIRED_KEY).send().expect("api_key old");
    clock.set(NOW);
    wrong_key().check(&server.get("/key").header("X-API-Key", EXPIRED_KEY).send());
}

#[test]
fn a_key_of_another_environment_is_refused_though_the_store_knows_it() {
    let server = serve();
    wrong_key().check(&server.get("/key").header("X-API-Key", TEST_KEY).send());
    wrong_in_query().check(&server.get(&format!("/key/query?api_key={TEST_KEY}")).send());
}

#[test]
fn a_repeated_key_field_is_refused() {
    let server = serve();
    for second in [API_KEY, "", "wrong"] {
        let answer = server.get("/key").header("X-API-Key", API_KEY).header("x-api-key", second).send();
        wrong_key().check(&answer);
        let answer = server.get("/key").header("X-API-Key", second).header("X-Api-Key", API_KEY).send();
        wrong_key().check(&answer);
    }
    for value in
        [format!("{API_KEY},{API_KEY}"), format!("{API_KEY}, x"), format!("\"{API_KEY}\""), format!("ApiKey {API_KEY}")]
    {
        wrong_key().check(&server.get("/key").header("X-API-Key", value).send());
    }
}

#[test]
fn a_repeated_or_disguised_parameter_is_refused() {
    let server = serve();
    server.get(&format!("/key/query?api_key={API_KEY}")).send().expect("api_key robot");
    for query in [
        format!("api_key={API_KEY}&api_key={API_KEY}"),
        format!("api_key={API_KEY}&api_key=x"),
        format!("api_key=x&api_key={API_KEY}"),
        format!("api_key={API_KEY}&api%5Fkey=x"),
        format!("api%5fkey=x&api_key={API_KEY}"),
        format!("api_key={API_KEY}&api_key"),
        format!("%61pi_key={API_KEY}"),
        format!("api_key={API_KEY}%"),
        format!("api_key={API_KEY}+"),
        "api_key=%zz".into(),
        "api_key=%ff".into(),
        "api_key".into(),
        "api_key=".into(),
    ] {
        wrong_in_query().check(&server.get(&format!("/key/query?{query}")).send());
    }
    for query in
        [format!("Api_Key={API_KEY}"), format!("x=1;api_key={API_KEY}"), format!("api_key[]={API_KEY}"), "x=%zz".into()]
    {
        Denied::missing().challenge(QUERY_CHALLENGE).check(&server.get(&format!("/key/query?{query}")).send());
    }
}

#[test]
fn a_key_counts_only_where_it_is_configured() {
    let server = serve();
    Denied::missing().challenge(KEY_CHALLENGE).check(&server.get(&format!("/key?api_key={API_KEY}")).send());
    Denied::missing()
        .challenge(KEY_CHALLENGE)
        .check(&server.get("/key").header("Cookie", format!("X-API-Key={API_KEY}")).send());
    Denied::missing().challenge(QUERY_CHALLENGE).check(&server.get("/key/query").header("X-API-Key", API_KEY).send());
    Denied::missing().challenge(KEY_CHALLENGE).check(&server.get("/key").bearer(API_KEY).send());
}

/// A digest must not open what its key opens: the store may leak.
#[test]
fn the_stored_digest_is_no_key() {
    let server = serve();
    let digest = auth_runtime::api_key::KeyDigest::of(API_KEY).to_string();
    for key in [digest.clone(), digest.to_uppercase(), format!("live_{digest}"), format!("sha256:{digest}")] {
        wrong_key().check(&server.get("/key").header("X-API-Key", key).send());
    }
}

/// Query credentials: no answer lets the URL with its key travel on in `Referer`.
#[test]
fn every_answer_to_a_query_credential_carries_no_referrer() {
    let server = serve();
    let token = token(&good());
    for (target, status) in [
        (format!("/key/query?api_key={API_KEY}"), 200),
        ("/key/query?api_key=wrong".to_owned(), 401),
        (format!("/key/query/admin?api_key={API_KEY}"), 403),
        (format!("/query?access_token={token}"), 200),
        ("/query?access_token=x.y.z".to_owned(), 401),
        ("/query?access_token=".to_owned(), 400),
        (format!("/query?access_token={token}&access_token={token}"), 400),
        (format!("/query/admin?access_token={token}"), 403),
    ] {
        let answer = server.get(&target).send();
        assert_eq!(answer.status, status, "{target}");
        assert_eq!(answer.all("referrer-policy"), ["no-referrer"], "{target}: {answer:?}");
    }
    let answer = server.get(&format!("/query?access_token={token}")).bearer(&token).send();
    assert_eq!((answer.status, answer.all("referrer-policy")), (400, vec!["no-referrer"]));
}

/// RFC 6750 section 2.3, and RFC 9111: no shared cache keeps what a URL with a credential answered.
#[test]
fn success_with_a_query_credential_is_private() {
    let server = serve();
    for target in [format!("/key/query?api_key={API_KEY}"), format!("/query?access_token={}", token(&good()))] {
        let answer = server.get(&target).send();
        assert_eq!(answer.all("cache-control"), ["private"], "{target}");
    }
}

#[test]
fn a_key_without_scopes_has_none() {
    let server = serve();
    let answer = server.get("/key/admin").header("X-API-Key", API_KEY).send();
    Denied::forbidden("the credentials lack a required scope").check(&answer);
}
