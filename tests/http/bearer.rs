//! The rows about bearer tokens (RFC 6750).

use actix_web::{get, post};
use auth_runtime::{Bearer, requires};
use serde_json::json;
use tests::{Denied, Server, base64url};

use crate::fixture::{self, auth, partner_token, scoped, token};

#[requires(bearer)]
#[get("/me")]
async fn me(caller: Bearer) -> String {
    caller.principal().subject().to_owned()
}

#[requires(bearer, scope = "read write")]
#[get("/both")]
async fn both() -> &'static str {
    "both"
}

#[requires(bearer, scope = "read", realm = "vault")]
#[get("/vault")]
async fn vault() -> &'static str {
    "vault"
}

#[requires(bearer("partner"))]
#[get("/partner")]
async fn partner(caller: Bearer) -> String {
    caller.principal().issuer().unwrap_or_default().to_owned()
}

#[requires(bearer("query"))]
#[get("/query")]
async fn query() -> &'static str {
    "query"
}

#[requires(bearer("cookie"))]
#[post("/cookie")]
async fn cookie() -> &'static str {
    "cookie"
}

#[requires(bearer("set"))]
#[get("/set")]
async fn set() -> &'static str {
    "set"
}

#[derive(serde::Deserialize)]
struct Claims {
    tenant: String,
}

#[requires(bearer)]
#[get("/tenant")]
async fn tenant(caller: Bearer<Claims>) -> String {
    caller.tenant.clone()
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(me).service(both).service(vault).service(partner);
        app.service(scope.service(query).service(cookie).service(tenant).service(set));
    })
}

const PLAIN: &str = r#"Bearer realm="orders""#;

fn invalid_token(description: &str) -> Denied {
    Denied::unauthorized(description)
        .challenge(&format!(r#"{PLAIN}, error="invalid_token", error_description="{description}""#))
}

fn invalid_request(description: &str) -> Denied {
    Denied::bad_request(description)
        .challenge(&format!(r#"{PLAIN}, error="invalid_request", error_description="{description}""#))
}

#[test]
fn without_credentials_the_challenge_has_no_error() {
    let server = server();
    Denied::missing().challenge(PLAIN).check(&server.get("/me").send());
    Denied::missing().challenge(PLAIN).check(&server.get("/me").header("Authorization", "").send());
}

#[test]
fn the_challenge_names_the_scopes_in_written_order_and_the_realm_of_the_route() {
    let server = server();
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read write""#).check(&server.get("/both").send());
    Denied::missing().challenge(r#"Bearer realm="vault", scope="read""#).check(&server.get("/vault").send());
}

#[test]
fn credentials_of_another_scheme_count_as_none() {
    let server = server();
    for other in
        ["Basic YWxpY2U6d29uZGVybGFuZA==", "Digest username=\"alice\"", "Token abc", "DPoP abc", "Bearerabc", "abc"]
    {
        Denied::missing().challenge(PLAIN).check(&server.get("/me").header("Authorization", other).send());
    }
    Denied::missing().challenge(PLAIN).check(&server.get("/me").basic("alice", "wonderland").send());
}

#[test]
fn a_malformed_token_is_a_bad_request() {
    let server = server();
    for malformed in [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer \"a\"",
        "Bearer a=b",
        "Bearer =",
        "Bearer a\tb",
        "Bearer ä",
        "bearer {a}",
    ] {
        let answer = server.get("/me").header("Authorization", malformed).send();
        invalid_request("the credentials are malformed").check(&answer);
    }
    let good = token().sign();
    let twice = server.get("/me").header("Authorization", format!("Bearer {good} {good}")).send();
    invalid_request("the credentials are malformed").check(&twice);
    Denied::bad_request("the credentials are malformed")
        .challenge(
            r#"Bearer realm="orders", error="invalid_request", error_description="the credentials are malformed", scope="read write""#,
        )
        .check(&server.get("/both").header("Authorization", "Bearer").send());
}

#[test]
fn what_is_no_jwt_is_an_invalid_token() {
    let server = server();
    for no_jwt in ["abc", "a.b", "a.b.c.d", "..", "abc==", "a.b.c", "-._~+/"] {
        invalid_token("the token is not valid").check(&server.get("/me").bearer(no_jwt).send());
    }
}

#[test]
fn a_token_longer_than_the_limit_is_an_invalid_token() {
    let server = server();
    let long = token().claim("padding", "x".repeat(13 * 1024)).sign();
    assert!(long.len() > 16 * 1024 && long.len() < 20 * 1024);
    invalid_token("the token is not valid").check(&server.get("/me").bearer(long).send());
    let short = token().claim("padding", "x".repeat(11 * 1024)).sign();
    assert!(short.len() > 14 * 1024 && short.len() < 16 * 1024);
    server.get("/me").bearer(short).send().expect("alice");
}

#[test]
fn claims_that_do_not_fit_the_handlers_type_are_an_invalid_token() {
    let server = server();
    server.get("/tenant").bearer(token().claim("tenant", "acme").sign()).send().expect("acme");
    for unfit in [token(), token().claim("tenant", 7), token().claim("tenant", json!(["acme"]))] {
        invalid_token("the token lacks what this resource needs")
            .check(&server.get("/tenant").bearer(unfit.sign()).send());
    }
}

#[test]
fn two_authorization_lines_are_a_bad_request() {
    let server = server();
    let good = token().sign();
    let twice = server.get("/me").bearer(&good).bearer(&good).send();
    invalid_request("the request has more than one Authorization field").check(&twice);
    for other in ["Basic YWxpY2U6d29uZGVybGFuZA==", "", "Bearer"] {
        let answer = server.get("/me").header("Authorization", other).bearer(&good).send();
        invalid_request("the request has more than one Authorization field").check(&answer);
    }
}

#[test]
fn a_token_in_header_and_query_is_a_bad_request() {
    let server = server();
    let good = token().sign();
    let twofold = server.get(&format!("/query?access_token={good}")).bearer(&good).send();
    invalid_request("the request carries more than one token").check(&twofold);
    let twice = server.get(&format!("/query?access_token={good}&access_token={good}")).send();
    assert_eq!(twice.status, 400);
    assert_eq!(twice.all("referrer-policy"), ["no-referrer"]);
}

#[test]
fn a_token_in_the_query_counts_only_where_it_is_enabled() {
    let server = server();
    let good = token().sign();
    let answer = server.get(&format!("/query?x=1&access_token={good}")).send();
    answer.expect("query");
    assert_eq!(answer.all("cache-control"), ["private"]);
    assert_eq!(answer.all("referrer-policy"), ["no-referrer"]);
    let answer = server.get("/query").bearer(&good).send();
    answer.expect("query");
    assert!(answer.all("referrer-policy").is_empty());
    Denied::missing().challenge(PLAIN).check(&server.get(&format!("/me?access_token={good}")).send());
}

#[test]
fn a_body_is_never_searched_for_a_token() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(cookie));
    });
    let form = format!("access_token={}", token().sign());
    let answer = server.post("/cookie").send_body("application/x-www-form-urlencoded", form);
    Denied::missing().challenge(PLAIN).check(&answer);
}

#[test]
fn an_expired_token_says_so() {
    let server = server();
    let expired = || invalid_token("the token has expired");
    expired().check(&server.get("/me").bearer(token().expires_in(-120).sign()).send());
    expired().check(&server.get("/me").bearer(token().expires_in(-62).sign()).send());
    server.get("/me").bearer(token().expires_in(-30).sign()).send().expect("alice");
}

#[test]
fn a_token_for_another_audience_or_of_another_issuer_is_refused() {
    let server = server();
    let audience = || invalid_token("the token is not meant for this resource");
    audience().check(&server.get("/me").bearer(token().claim("aud", "https://other.example").sign()).send());
    audience().check(&server.get("/me").bearer(token().claim("aud", json!([])).sign()).send());
    assert_eq!(server.get("/me").bearer(token().without("aud").sign()).send().status, 401);
    let among = token().claim("aud", json!(["https://other.example", "https://api.example"]));
    server.get("/me").bearer(among.sign()).send().expect("alice");

    let issuer = || invalid_token("the token comes from an issuer that is not accepted here");
    issuer().check(&server.get("/me").bearer(token().claim("iss", "https://evil.example").sign()).send());
    issuer().check(&server.get("/me").bearer(token().claim("iss", "https://idp.example/").sign()).send());
    assert_eq!(server.get("/me").bearer(token().without("iss").sign()).send().status, 401);
}

#[test]
fn a_token_of_another_kind_is_refused() {
    let server = server();
    for kind in ["logout+jwt", "dpop+jwt", "secevent+jwt", "JWE"] {
        let answer = server.get("/me").bearer(token().header("typ", kind).sign()).send();
        invalid_token("the token is of a kind that is not accepted here").check(&answer);
    }
    for kind in ["at+jwt", "application/at+jwt", "JWT", "jwt"] {
        server.get("/me").bearer(token().header("typ", kind).sign()).send().expect("alice");
    }
}

#[test]
fn a_bad_signature_a_foreign_algorithm_and_an_unknown_extension_are_refused_alike() {
    let server = server();
    let good = token().sign();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let unsigned = |alg: &str| format!("{}.{claims}.", base64url(json!({ "alg": alg, "typ": "JWT" }).to_string()));
    let mut flipped = signature.to_owned();
    flipped.replace_range(..1, if flipped.starts_with('A') { "B" } else { "A" });
    for bad in [
        format!("{signed}.{flipped}"),
        format!("{signed}."),
        token().secret(fixture::PARTNER_SECRET).sign(),
        unsigned("none"),
        unsigned("None"),
        token().header("alg", "HS512").sign(),
        token().header("alg", "RS256").sign(),
        token().header("crit", json!(["exp"])).sign(),
        token().header("crit", json!([])).sign(),
        token().header("kid", "another").header("alg", "ES256").sign(),
    ] {
        invalid_token("the token is not valid").check(&server.get("/me").bearer(bad).send());
    }
}

#[test]
fn a_key_that_the_set_does_not_hold_is_refused() {
    let server = server();
    server.get("/set").bearer(token().header("kid", "one").sign()).send().expect("set");
    for kid in ["two", "", "../one", "one'--"] {
        invalid_token("the token is not valid")
            .check(&server.get("/set").bearer(token().header("kid", kid).sign()).send());
    }
}

#[test]
fn a_token_from_the_future_is_not_valid_yet() {
    let server = server();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let early = token().claim("nbf", now + 300).sign();
    invalid_token("the token is not valid yet").check(&server.get("/me").bearer(early).send());
    server.get("/me").bearer(token().claim("nbf", now + 30).sign()).send().expect("alice");
}

#[test]
fn a_token_without_expiry_is_refused() {
    let server = server();
    invalid_token("the token is not valid").check(&server.get("/me").bearer(token().without("exp").sign()).send());
}

#[test]
fn a_token_bound_to_a_key_is_no_bearer_token() {
    let server = server();
    let bound = token().claim("cnf", json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" })).sign();
    invalid_token("the token must be presented with proof of possession")
        .check(&server.get("/me").bearer(bound).send());
}

#[test]
fn a_missing_scope_is_forbidden_and_the_challenge_names_all_that_are_needed() {
    let server = server();
    let insufficient = || {
        Denied::forbidden("the credentials lack a required scope")
            .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read write""#)
    };
    for scope in ["", "read", "write", "READ WRITE", "read,write", "readwrite"] {
        insufficient().check(&server.get("/both").bearer(scoped(scope)).send());
    }
    insufficient().check(&server.get("/both").bearer(token().sign()).send());
    insufficient().check(&server.get("/both").bearer(token().claim("scope", 7).sign()).send());
    for good in [scoped("write read"), token().claim("scp", json!(["read", "write"])).sign()] {
        server.get("/both").bearer(good).send().expect("both");
    }
}

#[test]
fn scheme_names_are_compared_without_case_and_may_be_followed_by_spaces() {
    let server = server();
    let good = token().sign();
    for start in ["Bearer ", "bearer ", "BEARER ", "bEaReR   "] {
        server.get("/me").header("Authorization", format!("{start}{good}")).send().expect("alice");
    }
    server.get("/me").header("aUTHORIZATION", format!("Bearer {good}")).send().expect("alice");
}

#[test]
fn a_named_configuration_has_keys_and_issuer_of_its_own() {
    let server = server();
    server.get("/partner").bearer(partner_token().sign()).send().expect("https://partner.example");
    assert_eq!(server.get("/me").bearer(partner_token().sign()).send().status, 401);
    assert_eq!(server.get("/partner").bearer(token().sign()).send().status, 401);
    assert_eq!(server.get("/partner").bearer(partner_token().secret(fixture::SECRET).sign()).send().status, 401);
    Denied::missing().challenge(PLAIN).check(&server.get("/partner").send());
}

#[test]
fn a_token_in_a_cookie_does_not_count_across_sites() {
    let server = server();
    let with_cookie = || server.post("/cookie").header("Cookie", format!("__Host-token={}", token().sign()));
    with_cookie().send().expect("cookie");
    with_cookie().header("Sec-Fetch-Site", "same-origin").send().expect("cookie");
    with_cookie().header("Sec-Fetch-Site", "none").send().expect("cookie");
    with_cookie().header("Origin", fixture::ORIGIN).send().expect("cookie");
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    for site in ["cross-site", "same-site", "Same-Origin", ""] {
        refused().check(&with_cookie().header("Sec-Fetch-Site", site).send());
    }
    for origin in ["null", "https://evil.example", "https://shop.example.evil.example", "http://shop.example"] {
        refused().check(&with_cookie().header("Origin", origin).send());
    }
    refused().check(&with_cookie().header("Origin", fixture::ORIGIN).header("Origin", fixture::ORIGIN).send());
    // What script must set by itself is no ambient credential.
    server.post("/cookie").bearer(token().sign()).header("Sec-Fetch-Site", "cross-site").send().expect("cookie");
}

#[test]
fn a_token_in_the_header_wins_over_one_in_a_cookie() {
    let server = server();
    let expired = token().expires_in(-600).sign();
    let in_cookie = |token: &str| format!("__Host-token={token}");
    server.post("/cookie").header("Cookie", in_cookie(&expired)).bearer(token().sign()).send().expect("cookie");
    invalid_token("the token has expired")
        .check(&server.post("/cookie").header("Cookie", in_cookie(&token().sign())).bearer(&expired).send());
}

#[test]
fn a_cookie_sent_twice_is_refused_and_not_anonymous() {
    let server = server();
    let good = token().sign();
    let twice = format!("__Host-token={good}; __Host-token={good}");
    invalid_token("the credentials are not valid").check(&server.post("/cookie").header("Cookie", twice).send());
    let decoded = format!("%5F%5FHost-token={good}");
    Denied::missing().challenge(PLAIN).check(&server.post("/cookie").header("Cookie", decoded).send());
}
