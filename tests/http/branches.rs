//! Conditions of one alternative: `any(api_key, bearer && scope("x"))`.

use actix_web::get;
use auth_runtime::{Principal, policy, requires};
use tests::{Denied, Server};

use crate::fixture::{self, KEY, KEY_PLAIN, auth, scoped, token};

/// A key is enough; a token needs a scope.
#[requires(any(api_key, bearer && scope("orders:write")))]
#[get("/either")]
async fn either(who: Principal) -> String {
    who.scheme().to_owned()
}

/// Each issuer's tokens need a scope of their own, and all of them one more.
#[requires(any(bearer && scope("own"), bearer("partner") && (scope("partner") || role("ops"))), scope = "read")]
#[get("/federated")]
async fn federated(who: Principal) -> String {
    who.configuration().unwrap_or("default").to_owned()
}

async fn is_asked_for(request: actix_web::HttpRequest) -> bool {
    request.query_string() == "please"
}

#[requires(any(bearer && role("ops") && check(is_asked_for), api_key), !role("guest"))]
#[get("/checked")]
async fn checked(who: Principal) -> String {
    who.scheme().to_owned()
}

policy! {
    Inherited: any(api_key, bearer && scope("inherited"));
}

#[requires(policy = Inherited)]
#[get("/inherited")]
async fn inherited() -> &'static str {
    "inherited"
}

const API_KEY: &str = r#"ApiKey realm="orders", in="header", name="X-API-Key""#;

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(either).service(federated).service(checked).service(inherited));
    })
}

fn key(server: &Server, path: &str, key: &str) -> tests::Answer {
    server.get(path).header("X-Api-Key", key).send()
}

#[test]
fn a_condition_binds_callers_by_its_scheme_alone() {
    let server = server();
    key(&server, "/either", KEY_PLAIN).expect("api_key");
    server.get("/either").bearer(scoped("orders:write")).send().expect("bearer");
    assert_eq!(server.get("/either").bearer(scoped("orders:read")).send().status, 403);
    assert_eq!(server.get("/inherited").bearer(scoped("orders:write")).send().status, 403);
    server.get("/inherited").bearer(scoped("inherited")).send().expect("inherited");
    key(&server, "/inherited", KEY_PLAIN).expect("inherited");
}

#[test]
fn before_the_caller_is_known_a_challenge_names_the_scopes_of_all_alternatives_of_its_scheme() {
    let server = server();
    Denied::missing()
        .challenge(r#"Bearer realm="orders", scope="own partner read""#)
        .check(&server.get("/federated").send());
    Denied::missing()
        .challenge(r#"Bearer realm="orders", scope="orders:write""#)
        .challenge(API_KEY)
        .check(&server.get("/either").send());
}

#[test]
fn once_it_is_known_a_challenge_names_those_of_the_one_that_decides() {
    let server = server();
    let lacking = |scope: &str| {
        Denied::forbidden("the credentials lack a required scope")
            .challenge(&format!(r#"Bearer realm="orders", error="insufficient_scope", scope="{scope}""#))
    };
    lacking("own read").check(&server.get("/federated").bearer(scoped("read partner")).send());
    let partner = |scope: &str| server.get("/federated").bearer(fixture::partner_token().scope(scope).sign()).send();
    lacking("partner read").check(&partner("read own"));
    partner("read partner").expect("partner");
    server.get("/federated").bearer(scoped("read own")).send().expect("default");
}

#[test]
fn a_check_in_a_branch_runs_for_its_scheme_alone() {
    let server = server();
    key(&server, "/checked", KEY).expect("api_key");
    let ops = || token().roles(&["ops"]).sign();
    server.get("/checked?please").bearer(ops()).send().expect("bearer");
    Denied::forbidden("the caller may not do this").check(&server.get("/checked").bearer(ops()).send());
    let viewer = server.get("/checked?please").bearer(token().roles(&["viewer"]).sign()).send();
    Denied::forbidden("the caller lacks a required role").check(&viewer);
}

#[test]
fn the_policy_table_says_conditions_where_they_hold() {
    let rule_of_federated =
        r#"any(bearer && scope("own"), bearer("partner") && (scope("partner") || role("ops"))), scope("read")"#;
    let partner = r#"any valid bearer token of "partner" with (scope partner or role ops"#;
    for (handler, rule, who) in [
        (
            "either",
            r#"any(api_key, bearer && scope("orders:write"))"#,
            "an API key; or any valid bearer token with scope",
        ),
        ("federated", rule_of_federated, partner),
        ("inherited", r#"any(api_key, bearer && scope("inherited"))"#, "with scope inherited"),
    ] {
        let row = fixture::row(&format!("::branches::{handler}"));
        assert_eq!(row.rule(), Some(rule));
        assert!(row.who().contains(who), "{row:?}");
    }
}
