//! Denials of the application's own: from checks, handlers, extractors and schemes.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE, TRANSFER_ENCODING,
    WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, get, web};
use auth_runtime::config::{AuthBuilder, DenialBody};
use auth_runtime::observe::DECISIONS;
use auth_runtime::{Denial, Optional, Principal, policy, public, requires, route};
use serde_json::{Value, json};
use tests::{Answer, Denied, Server, Suspending};

use crate::fixture::{builder, scoped};
use crate::observed::{self, Event, listen, snapshotter};

/// The denial that the path asks for.
fn said(what: &str) -> Denial {
    match what {
        "forbidden" => Denial::forbidden("not yours"),
        "not-found" => Denial::not_found("no such report"),
        "unknown" => Denial::not_found(""),
        "conflict" => Denial::conflict("changed meanwhile"),
        "too-many" => Denial::too_many_requests(Duration::from_millis(2500)),
        "at-once" => Denial::too_many_requests(Duration::ZERO),
        "unauthorized" => Denial::unauthorized("the account was closed"),
        "gone" => Denial::new(StatusCode::GONE).detail("deleted in May"),
        "plain" => Denial::new(StatusCode::LOCKED),
        "quota" => Denial::conflict("the month's reports are spent")
            .code("quota")
            .problem_type("https://api.example/problems/quota")
            .member("limit", 20)
            .member("plan", json!({ "name": "small \"one\"" }))
            .member("limit", 30),
        "taken" => ["type", "title", "status", "detail", "code", "scope", "error", "error_description", "errors"]
            .into_iter()
            .fold(Denial::forbidden("as it was"), |denial, name| denial.member(name, "forged"))
            .member("no_json", f32::NAN.to_string())
            .member("map", std::collections::BTreeMap::from([((1, 2), 3)])),
        "headers" => {
            let forged = HeaderValue::from_static("forged");
            let names = [WWW_AUTHENTICATE, CACHE_CONTROL, CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, LOCATION];
            names
                .into_iter()
                .fold(Denial::forbidden("with fields"), |denial, name| denial.header(name, forged.clone()))
                .header(SET_COOKIE, HeaderValue::from_static("seen=1"))
                .header(HeaderName::from_static("x-why"), HeaderValue::from_static("sundays"))
        }
        "misused-401" => Denial::new(StatusCode::UNAUTHORIZED).detail("secret"),
        "misused-407" => Denial::new(StatusCode::PROXY_AUTHENTICATION_REQUIRED),
        "misused-200" => Denial::new(StatusCode::OK),
        _ => Denial::new(StatusCode::SERVICE_UNAVAILABLE).code("down"),
    }
}

async fn denies(request: HttpRequest) -> Result<(), Denial> {
    Err(said(request.match_info().query("what")))
}

/// A denial in place of an error.
async fn denies_or_answers(request: HttpRequest) -> Result<bool, Denial> {
    denies(request).await.map(|()| true)
}

#[requires(bearer, scope = "read", check(denies_or_answers))]
#[get("/asked/{what}")]
async fn of_asked() -> &'static str {
    "reached"
}

#[requires(bearer, scope = "read", check(denies))]
#[get("/checked/{what}")]
async fn of_checked() -> &'static str {
    "checked"
}

#[requires(any(bearer, basic), check(denies))]
#[get("/either/{what}")]
async fn of_either() -> &'static str {
    "either"
}

#[requires(bearer, scope = "read")]
#[get("/handled/{what}")]
async fn of_handled(request: HttpRequest) -> Result<&'static str, Denial> {
    Err(said(request.match_info().query("what")))
}

#[requires(optional(bearer))]
#[get("/optional/{what}")]
async fn of_optional(request: HttpRequest, _who: Optional<Principal>) -> Result<&'static str, Denial> {
    Err(said(request.match_info().query("what")))
}

#[public]
#[get("/open/{what}")]
async fn of_open(request: HttpRequest) -> Result<&'static str, Denial> {
    Err(said(request.match_info().query("what")))
}

#[requires(bearer, check(denies), hide)]
#[get("/hidden/{what}")]
async fn of_hidden() -> &'static str {
    "hidden"
}

#[requires(bearer, hide)]
#[get("/hidden-handled/{what}")]
async fn hidden_handled(request: HttpRequest) -> Result<&'static str, Denial> {
    Err(said(request.match_info().query("what")))
}

#[requires(bearer, check(denies), hide = "from_authenticated")]
#[get("/half/{what}")]
async fn of_half() -> &'static str {
    "half"
}

#[public]
async fn lost(request: HttpRequest) -> HttpResponse {
    let matched = request.match_info();
    let parameters: Vec<_> = matched.iter().map(|(name, value)| format!("{name}={value}")).collect();
    HttpResponse::NotFound().body(format!("nothing here {parameters:?} {}", matched.unprocessed()))
}

policy! { Service: bearer, scope("read") }

#[requires(Suspending)]
#[get("/account")]
async fn of_account(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(Suspending, hide = "from_authenticated")]
#[get("/account/half")]
async fn account_half() -> &'static str {
    "half"
}

fn server_of(configure: fn(AuthBuilder) -> AuthBuilder) -> Server {
    let auth = configure(builder()).build().unwrap();
    Server::start(move |app| {
        let scope =
            auth.scope("/{tenant}").service(of_checked).service(of_either).service(of_handled).service(of_optional);
        let scope =
            scope.service(of_open).service(of_hidden).service(hidden_handled).service(of_half).service(account_half);
        let service = web::resource("/{what}")
            .to(|what: web::Path<(String, String)>| async move { Err::<&'static str, _>(said(&what.1)) });
        let scope = scope.service(of_account).service(of_asked).service_as::<Service>("/service", service);
        app.service(scope.default_service(route::to(lost)));
    })
}

fn server() -> Server {
    server_of(|builder| builder)
}

fn get(server: &Server, path: &str) -> Answer {
    server.get(path).bearer(scoped("read")).send()
}

/// Everywhere a denial may come from.
const PLACES: [&str; 5] = ["/t/checked", "/t/asked", "/t/handled", "/t/open", "/t/service"];

/// A denial's answer: what is fixed for every denial, with this status and body.
#[track_caller]
fn assert_denied(answer: &Answer, status: u16, body: &Value) {
    assert_eq!((answer.status, &answer.json()), (status, body), "{answer:#?}");
    assert_eq!(answer.all("cache-control"), ["no-store"], "{answer:#?}");
    assert_eq!(answer.all("content-type"), ["application/problem+json"], "{answer:#?}");
}

#[test]
fn each_denial_has_its_status_and_a_problem_wherever_it_comes_from() {
    let server = server();
    for place in PLACES {
        let problem = |title: &str, status: u16, detail: &str| json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
        for (what, status, body) in [
            ("forbidden", 403, problem("Forbidden", 403, "not yours")),
            ("not-found", 404, problem("Not Found", 404, "no such report")),
            ("conflict", 409, problem("Conflict", 409, "changed meanwhile")),
            ("too-many", 429, problem("Too Many Requests", 429, "too many requests")),
            ("at-once", 429, problem("Too Many Requests", 429, "too many requests")),
            ("gone", 410, problem("Gone", 410, "deleted in May")),
            ("plain", 423, problem("Locked", 423, "the request is refused")),
        ] {
            let answer = get(&server, &format!("{place}/{what}"));
            assert_denied(&answer, status, &body);
            assert!(answer.all("www-authenticate").is_empty(), "{answer:#?}");
            let after = [("too-many", vec!["3"]), ("at-once", vec!["1"])].into_iter().find(|(of, _)| *of == what);
            assert_eq!(answer.all("retry-after"), after.map(|(_, after)| after).unwrap_or_default());
        }
    }
}

#[test]
fn a_denial_may_have_a_code_a_type_and_members_of_its_own_and_forge_none() {
    let server = server();
    for place in PLACES {
        let answer = get(&server, &format!("{place}/quota"));
        let expected = json!({
            "type": "https://api.example/problems/quota",
            "title": "Conflict",
            "status": 409,
            "detail": "the month's reports are spent",
            "code": "quota",
            "limit": 30,
            "plan": { "name": "small \"one\"" },
        });
        assert_denied(&answer, 409, &expected);
        assert_eq!(answer.text().matches("\"limit\"").count(), 1, "{answer:#?}");

        let answer = get(&server, &format!("{place}/taken"));
        let expected = json!({ "type": "about:blank", "title": "Forbidden", "status": 403, "detail": "as it was", "no_json": "NaN" });
        assert_denied(&answer, 403, &expected);

        let answer = get(&server, &format!("{place}/headers"));
        Denied::forbidden("with fields").check(&answer);
        assert_eq!((answer.all("set-cookie"), answer.all("x-why")), (vec!["seen=1"], vec!["sundays"]));
        for forged in ["location", "transfer-encoding"] {
            assert!(answer.all(forged).is_empty(), "{answer:#?}");
        }
    }
}

#[test]
fn unauthorized_brings_the_challenges_of_the_policy() {
    let server = server();
    let closed = Denied::unauthorized("the account was closed");
    let invalid = r#"Bearer realm="orders", error="invalid_token", error_description="the credentials are not valid", scope="read""#;
    for place in ["/t/checked", "/t/handled", "/t/service"] {
        closed.clone().challenge(invalid).check(&get(&server, &format!("{place}/unauthorized")));
    }
    let basic = r#"Basic realm="orders", charset="UTF-8""#;
    let unscoped = r#"Bearer realm="orders", error="invalid_token", error_description="the credentials are not valid""#;
    let either = get(&server, "/t/either/unauthorized");
    closed.clone().challenge(unscoped).challenge(basic).check(&either);
    let by_basic = server.get("/t/either/unauthorized").basic("alice", "wonderland").send();
    closed.clone().challenge(r#"Bearer realm="orders""#).challenge(basic).check(&by_basic);
    // Nobody called.
    let anonymous = server.get("/t/optional/unauthorized").send();
    closed.clone().challenge(r#"Bearer realm="orders""#).check(&anonymous);
    closed.challenge(unscoped).check(&get(&server, "/t/optional/unauthorized"));
}

#[test]
fn what_a_denial_cannot_be_is_a_500_and_an_error() {
    listen();
    let server = server();
    for place in PLACES {
        for what in ["misused-401", "misused-407", "misused-200", "misused-503"] {
            let answer = get(&server, &format!("{place}/{what}"));
            assert_eq!((answer.status, answer.json()["detail"].as_str()), (500, Some("the server failed to decide")));
            assert!(answer.all("www-authenticate").is_empty(), "{answer:#?}");
        }
    }
    // Open to all, and so without a challenge to send.
    Denied::failed().check(&server.get("/t/open/unauthorized").send());
    for handler in ["of_checked", "of_handled", "Service"] {
        let events = events(handler);
        let error = events.iter().find(|event| event.field("reason") == "denial_unfit").expect("an event");
        assert_eq!(error.level, "ERROR", "{error:?}");
        assert!(error.field("remedy").contains("Denial::unauthorized"), "{error:?}");
    }
    let told =
        observed::all().into_iter().filter(|event| event.field("message").contains("a handler returned a denial"));
    assert!(told.filter(|event| event.field("policy").is_empty()).count() >= 1);
}

#[test]
fn not_found_without_detail_is_the_answer_of_an_unknown_route() {
    listen();
    snapshotter();
    let server = server();
    let unknown = get(&server, "/t/checked").without_date();
    assert_eq!(unknown.text(), r#"nothing here ["tenant=t"] /checked"#);
    for place in ["/t/checked", "/t/handled", "/t/open", "/t/optional"] {
        let path = format!("{place}/unknown");
        let (answer, unknown) = (get(&server, &path), get(&server, &format!("{path}/x")));
        let expected = format!(r#"nothing here ["tenant=t"] {}"#, path.strip_prefix("/t").unwrap());
        assert_eq!((answer.status, answer.text()), (404, &*expected), "{answer:#?}");
        let headers = |answer: Answer| -> Vec<_> {
            let headers = answer.without_date().headers.into_iter().filter(|(name, _)| name != "content-length");
            headers.collect()
        };
        assert_eq!(headers(answer), headers(unknown), "{place}");
    }
    let told = events("of_checked");
    let told = told.iter().rfind(|event| event.field("reason") == "application_denied");
    assert_eq!(told.map(|event| event.field("check").ends_with("denies")), Some(true), "the log knows");
}

#[test]
fn hidden_policies_hide_denials_of_the_applications_own() {
    let server = server();
    for place in ["/t/hidden", "/t/hidden-handled"] {
        for what in ["forbidden", "not-found", "conflict", "too-many", "unauthorized", "quota", "headers", "unknown"] {
            let answer = get(&server, &format!("{place}/{what}"));
            assert_eq!(answer.status, 404, "{answer:#?}");
            assert!(answer.text().starts_with("nothing here"), "{answer:#?}");
            for left_out in ["retry-after", "www-authenticate", "x-why", "set-cookie", "cache-control"] {
                assert!(answer.all(left_out).is_empty(), "{answer:#?}");
            }
        }
    }
    for (what, status) in [("forbidden", 404), ("conflict", 409), ("gone", 410), ("unauthorized", 401)] {
        assert_eq!(get(&server, &format!("/t/half/{what}")).status, status, "{what}");
    }
}

#[test]
fn the_applications_own_body_sees_reason_code_and_status() {
    let server = server_of(|builder| {
        builder.denial_body(|_, denial| {
            DenialBody::json(&json!({
                "reason": denial.reason().label(),
                "code": denial.problem().code,
                "status": denial.status().as_u16(),
                "challenges": denial.challenges().len(),
            }))
        })
    });
    for place in ["/t/checked", "/t/handled", "/t/service"] {
        for (what, reason, code, status, challenges) in [
            ("forbidden", "check_failed", None, 403, 0),
            ("quota", "application_denied", Some("quota"), 409, 0),
            ("unauthorized", "application_unauthorized", None, 401, 1),
        ] {
            let answer = get(&server, &format!("{place}/{what}"));
            let expected = json!({ "reason": reason, "code": code, "status": status, "challenges": challenges });
            assert_eq!((answer.status, answer.json()), (status, expected), "{place}/{what}");
            assert_eq!(answer.all("cache-control"), ["no-store"]);
        }
    }
}

#[test]
fn a_scheme_may_know_a_caller_and_keep_it_out() {
    listen();
    let server = server();
    let get = |path: &str, account: &str| server.get(path).header("X-Account", account).send();
    get("/t/account", "ali").expect("ali");
    Denied::forbidden("the account is suspended").check(&get("/t/account", "mallory"));
    let unknown = server.get("/t/account/half/x").send();
    assert_eq!(get("/t/account/half", "mallory").status, unknown.status);
    let events = events("of_account");
    let last = events.iter().rfind(|event| event.field("outcome") == "denied").expect("an event");
    assert_eq!(
        (&*last.level, last.field("reason"), last.field("scheme")),
        ("INFO", "application_denied", "suspending")
    );
}

#[test]
fn the_event_of_a_denial_has_its_code_and_metrics_have_not() {
    listen();
    snapshotter();
    let server = server();
    assert_eq!(get(&server, "/t/either/quota").status, 409);
    let events = events("of_either");
    let quota = events.iter().find(|event| event.field("code") == "quota").expect("an event");
    assert_eq!(quota.field("reason"), "application_denied");
    assert!(quota.field("check").ends_with("denies"), "{quota:?}");
    let counted = observed::metrics("http::denials::of_either");
    let labels = counted.keys().filter(|(name, _)| name == DECISIONS).map(|(_, labels)| labels);
    assert!(labels.into_iter().all(|labels| !labels.contains_key("code")));
}

fn events(handler: &str) -> Vec<Event> {
    observed::events(&format!("http::denials::{handler}"))
}
