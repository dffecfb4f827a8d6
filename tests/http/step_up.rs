//! `acr` and `max_age`: 401 for who was authenticated too weakly or too long ago (RFC 9470).

use std::time::{Duration, SystemTime};

use actix_web::get;
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Principal, policy, requires};
use serde_json::{Value, json};
use tests::{Answer, Denied, Server, Token};

use crate::fixture::{ISSUER, KEY, builder, token};
use crate::observed::{events, listen};

#[requires(bearer, max_age = "5m")]
#[get("/recent")]
async fn recent(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer, acr = "mfa")]
#[get("/strong")]
async fn strong() -> &'static str {
    "strong"
}

#[requires(bearer, scope = "pay", acr = "mfa", max_age = "5m", realm = "vault")]
#[get("/both")]
async fn both() -> &'static str {
    "both"
}

#[requires(bearer, role = "ops", max_age = "5m")]
#[get("/ops")]
async fn ops() -> &'static str {
    "ops"
}

#[requires(any(api_key, bearer && max_age("5m")))]
#[get("/either")]
async fn either() -> &'static str {
    "either"
}

#[requires(bearer, max_age("5m") || role("robot"))]
#[get("/unless")]
async fn unless() -> &'static str {
    "unless"
}

#[requires(bearer, max_age = "5m", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

async fn is_lucky() -> bool {
    false
}

#[requires(bearer, max_age = "5m", check = is_lucky)]
#[get("/checked")]
async fn checked() -> &'static str {
    "checked"
}

policy! { FreshArea: bearer, max_age = "15m"; }

#[requires(policy = FreshArea, max_age = "1m")]
#[get("/area")]
async fn area() -> &'static str {
    "area"
}

#[requires(bearer, max_age = "7m")]
#[get("/told")]
async fn told() -> &'static str {
    "told"
}

#[requires(bearer, claim(["authorization_details", "type"], "payment") && !claim(["risk", "score", "high"], true))]
#[get("/rich")]
async fn rich() -> &'static str {
    "rich"
}

fn server_of(auth: Auth) -> Server {
    Server::start(move |app| {
        let scope = auth.scope("").service(recent).service(strong).service(both).service(ops).service(either);
        app.service(scope.service(unless).service(hidden).service(checked).service(area).service(rich));
    })
}

fn server() -> Server {
    server_of(builder().build().unwrap())
}

fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64
}

fn get(server: &Server, path: &str, token: &Token) -> Answer {
    server.get(path).bearer(token.sign()).send()
}

const ERROR: &str = r#"error="insufficient_user_authentication", error_description="a stronger or more recent authentication is required""#;

fn too_weak(parameters: &str) -> Denied {
    let denied = Denied::unauthorized("a stronger or more recent authentication is required");
    denied.challenge(&format!(r#"Bearer realm="orders", {ERROR}, {parameters}"#))
}

#[test]
fn an_authentication_counts_for_as_long_as_the_policy_says() {
    let server = server();
    assert_eq!(get(&server, "/recent", &token().claim("auth_time", now() - 290)).text(), "alice");
    too_weak(r#"max_age="300""#).check(&get(&server, "/recent", &token().claim("auth_time", now() - 310)));
    // A clock that is a little ahead of ours is not one that lies.
    assert_eq!(get(&server, "/recent", &token().claim("auth_time", now() + 50)).status, 200);
    let unknown: [Value; 6] =
        [json!(now() + 90), json!(now().to_string()), json!(1.5), json!(null), json!([now()]), json!(u64::MAX)];
    for auth_time in unknown {
        let answer = get(&server, "/recent", &token().claim("auth_time", auth_time.clone()));
        too_weak(r#"max_age="300""#).check(&answer);
    }
    too_weak(r#"max_age="300""#).check(&get(&server, "/recent", &token()));
}

#[test]
fn a_class_is_met_by_itself_unless_its_issuer_has_an_order() {
    let of_class = |server: &Server, class: &str| get(server, "/strong", &token().claim("acr", class)).status;
    let without = server();
    let statuses = ["mfa", "phr", "pwd", "MFA", "mfa "].map(|class| of_class(&without, class));
    assert_eq!(statuses, [200, 401, 401, 401, 401]);
    too_weak(r#"acr_values="mfa""#).check(&get(&without, "/strong", &token()));
    too_weak(r#"acr_values="mfa""#).check(&get(&without, "/strong", &token().claim("acr", json!(["mfa"]))));

    let ordered = server_of(builder().acr_order(ISSUER, ["pwd", "mfa", "phr"]).build().unwrap());
    assert_eq!(["mfa", "phr", "pwd", "gold"].map(|class| of_class(&ordered, class)), [200, 200, 401, 401]);
    let of_others = server_of(builder().acr_order("https://other.example", ["pwd", "mfa", "phr"]).build().unwrap());
    assert_eq!(["mfa", "phr"].map(|class| of_class(&of_others, class)), [200, 401], "the order is not of this issuer");
}

#[test]
fn the_challenge_says_all_that_is_demanded_and_the_scope_where_that_lacks_too() {
    let server = server();
    let vault = |detail: &str, parameters: &str| {
        Denied::unauthorized(detail).challenge(&format!(
            r#"Bearer realm="vault", error="insufficient_user_authentication", error_description="{detail}", {parameters}"#
        ))
    };
    let good = || token().claim("acr", "mfa").claim("auth_time", now());
    assert_eq!(get(&server, "/both", &good().scope("pay")).status, 200);
    let weak = "a stronger or more recent authentication is required";
    for weaker in [good().scope("pay").claim("acr", "pwd"), good().scope("pay").claim("auth_time", 0)] {
        vault(weak, r#"acr_values="mfa", max_age="300""#).check(&get(&server, "/both", &weaker));
    }
    let lacking = "a stronger or more recent authentication and a required scope are missing";
    vault(lacking, r#"acr_values="mfa", max_age="300", scope="pay""#).check(&get(&server, "/both", &token()));
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="vault", error="insufficient_scope", scope="pay""#)
        .check(&get(&server, "/both", &good()));
    Denied::missing().challenge(r#"Bearer realm="vault", scope="pay""#).check(&server.get("/both").send());
}

#[test]
fn nobody_is_asked_again_whom_it_would_not_help() {
    let server = server();
    let aged = |age: i64| token().claim("auth_time", now() - age);
    Denied::forbidden("the caller lacks a required role").check(&get(&server, "/ops", &aged(600)));
    too_weak(r#"max_age="300""#).check(&get(&server, "/ops", &aged(600).roles(&["ops"])));
    assert_eq!(get(&server, "/ops", &aged(6).roles(&["ops"])).status, 200);
    // What a check would say is not known before.
    too_weak(r#"max_age="300""#).check(&get(&server, "/checked", &aged(600)));
    Denied::forbidden("the caller may not do this").check(&get(&server, "/checked", &aged(6)));
    assert_eq!(get(&server, "/unless", &aged(600).roles(&["robot"])).status, 200);
    assert_eq!(get(&server, "/unless", &aged(600).roles(&["clerk"])).status, 401);
}

#[test]
fn other_alternatives_ask_nothing_of_the_kind() {
    let server = server();
    assert_eq!(server.get("/either").header("X-API-Key", KEY).send().status, 200);
    let api_key = r#"ApiKey realm="orders", in="header", name="X-API-Key""#;
    too_weak(r#"max_age="300""#).challenge(api_key).check(&get(&server, "/either", &token()));
    Denied::missing().challenge(r#"Bearer realm="orders""#).challenge(api_key).check(&server.get("/either").send());
}

#[test]
fn the_shorter_of_two_ages_counts() {
    let server = server();
    assert_eq!(get(&server, "/area", &token().claim("auth_time", now() - 30)).status, 200);
    too_weak(r#"max_age="60""#).check(&get(&server, "/area", &token().claim("auth_time", now() - 90)));
}

#[test]
fn a_hidden_route_asks_for_nothing() {
    let server = server();
    let answer = get(&server, "/hidden", &token());
    assert_eq!((answer.status, answer.all("www-authenticate").len()), (404, 0));
}

#[test]
fn a_remembered_token_grows_old_by_our_clock() {
    let clock = ManualClock::at(now());
    let server = server_of(builder().clock(clock.clone()).build().unwrap());
    let token = token().claim("auth_time", now()).expires_in(3600);
    assert_eq!([get(&server, "/recent", &token).status, get(&server, "/recent", &token).status], [200, 200]);
    clock.advance(Duration::from_secs(310));
    too_weak(r#"max_age="300""#).check(&get(&server, "/recent", &token));
}

#[test]
fn events_name_the_reason() {
    listen();
    let auth = builder().build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(told));
    });
    assert_eq!(get(&server, "/told", &token()).status, 401);
    let decided = events("http::step_up::told").into_iter().filter(|event| event.field("message") == "auth decision");
    let reasons: Vec<String> = decided.map(|event| event.field("reason").to_owned()).collect();
    assert_eq!(reasons, ["authentication_too_weak"]);
}

#[test]
fn claims_inside_objects_are_found_by_their_path() {
    let server = server();
    let low = json!({ "score": { "high": false } });
    let answered = |details: Value, risk: Value| {
        get(&server, "/rich", &token().claim("authorization_details", details).claim("risk", risk)).status
    };
    for (details, status) in [
        (json!([{ "type": "payment", "actions": ["pay"] }]), 200),
        (json!([{ "type": "account" }, { "type": "payment" }]), 200),
        (json!([{ "type": ["account", "payment"] }]), 200),
        (json!({ "type": "payment" }), 200),
        (json!([{ "type": "account" }]), 403),
        (json!([{ "kind": "payment" }]), 403),
        (json!([[{ "type": "payment" }]]), 403),
        (json!(["payment"]), 403),
        (json!("payment"), 403),
        (json!([]), 403),
        (json!([{ "type": { "type": "payment" } }]), 403),
    ] {
        assert_eq!(answered(details.clone(), low.clone()), status, "{details}");
    }
    let paying = || json!([{ "type": "payment" }]);
    // What leads nowhere is unknown, and so is that it is not there.
    for (risk, status) in
        [(json!({ "score": { "high": true } }), 403), (json!({ "score": {} }), 403), (json!(null), 403)]
    {
        assert_eq!(answered(paying(), risk.clone()), status, "{risk}");
    }
}
