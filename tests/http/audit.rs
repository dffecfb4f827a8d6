//! Who hears of decisions, and who finds the caller, beside the handler.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use actix_web::dev::Service as _;
use actix_web::{HttpRequest, HttpResponse, get, web};
use auth_runtime::config::AuthBuilder;
use auth_runtime::observe::{Decision, DecisionOutcome};
use auth_runtime::{Bearer, Denial, Optional, Principal, policy, public, requires, route};
use serde_json::json;
use tests::Server;

use crate::fixture::{KEY, builder, partner_token, scoped, token};
use crate::schemes::{Failing, Patient, Stuck};

#[derive(serde::Deserialize)]
struct Number {
    #[serde(rename = "number")]
    _number: u32,
}

async fn quota() -> Result<(), Denial> {
    Err(Denial::conflict("spent").code("quota"))
}

#[requires(any(bearer, basic, api_key), scope = "read")]
#[get("/heard")]
async fn three_ways() -> &'static str {
    "heard"
}

#[requires(bearer, check(quota))]
#[get("/quota")]
async fn over_quota() -> &'static str {
    "quota"
}

#[requires(bearer)]
#[get("/number")]
async fn numbered(_: Bearer<Number>) -> &'static str {
    "number"
}

#[requires(Failing)]
#[get("/failing")]
async fn failing() -> &'static str {
    "failing"
}

#[requires(Patient)]
#[get("/patient")]
async fn patient() -> &'static str {
    "patient"
}

#[requires(Stuck)]
#[get("/stuck")]
async fn stuck() -> &'static str {
    "stuck"
}

#[requires(optional(bearer))]
#[get("/optional")]
async fn anonymous(who: Optional<Principal>) -> String {
    who.as_ref().is_some().to_string()
}

#[requires(bearer, scope = "admin", hide)]
#[get("/hidden")]
async fn hiding() -> &'static str {
    "hidden"
}

#[requires(any(bearer("query"), api_key("query"), api_key("cookie")))]
#[get("/elsewhere")]
async fn elsewhere() -> &'static str {
    "elsewhere"
}

#[public]
#[get("/open")]
async fn open_to_all() -> &'static str {
    "open"
}

#[requires(bearer)]
async fn lost() -> HttpResponse {
    HttpResponse::NotFound().body("nothing here")
}

policy! { Outer: bearer }

#[requires(any(bearer("partner"), bearer))]
#[get("/inner")]
async fn inner(request: HttpRequest) -> String {
    Principal::of(&request).map_or("nobody".to_owned(), |who| who.subject().to_owned())
}

type Heard = Arc<Mutex<Vec<Decision>>>;

/// A server, and what is told of its decisions.
fn server_of(configure: fn(AuthBuilder) -> AuthBuilder) -> (Server, Heard) {
    let auth = configure(builder()).build().unwrap();
    let heard = Heard::default();
    let told = Arc::clone(&heard);
    auth.on_decision(move |decision| told.lock().unwrap().push(decision.clone()));
    let server = Server::start(move |app| {
        let scope = auth.scope("").service(three_ways).service(over_quota).service(numbered).service(failing);
        let scope = scope.service(patient).service(stuck).service(anonymous).service(hiding).service(elsewhere);
        let service = web::resource("/service").to(|request: HttpRequest| async move {
            Principal::of(&request).map_or("nobody".to_owned(), |who| who.subject().to_owned())
        });
        let guarded = auth.scope("").service(inner);
        let scope = scope.service(open_to_all).service_as::<Outer>("/in", guarded);
        app.service(scope.service_as::<Outer>("/behind", service).default_service(route::to(lost)));
    });
    (server, heard)
}

/// The next decisions, as many as are expected, and no more.
#[track_caller]
fn next(heard: &Heard, number: usize) -> Vec<Decision> {
    let began = Instant::now();
    while heard.lock().unwrap().len() < number && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(30));
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    assert_eq!(heard.len(), number, "{heard:#?}");
    heard
}

fn said(decision: &Decision) -> (&'static str, DecisionOutcome, Option<&'static str>, Option<&str>, &'static str) {
    let name = decision.policy().handler().rsplit("::").next().unwrap();
    let reason = decision.reason().map(auth_runtime::denial::Reason::label);
    (name, decision.outcome(), reason, decision.caller().map(Principal::subject), decision.scheme())
}

#[test]
fn every_decision_is_told_of_once_with_who_called_and_why() {
    use DecisionOutcome::{Allowed, Denied, Failed};
    let (server, heard) = server_of(|builder| builder);
    let scoped = scoped("read");
    let word = |path: &str, word: &str| server.get(path).header("X-Word", word);
    for (status, request, expected) in [
        (200, server.get("/heard").bearer(&scoped), ("three_ways", Allowed, None, Some("alice"), "bearer")),
        (401, server.get("/heard"), ("three_ways", Denied, Some("credentials_missing"), None, "none")),
        (
            403,
            server.get("/heard").bearer(token().sign()),
            ("three_ways", Denied, Some("scope_missing"), Some("alice"), "bearer"),
        ),
        (
            401,
            server.get("/heard").basic("alice", "x"),
            ("three_ways", Denied, Some("credentials_wrong"), None, "basic"),
        ),
        (
            409,
            server.get("/quota").bearer(&scoped),
            ("over_quota", Denied, Some("application_denied"), Some("alice"), "bearer"),
        ),
        (
            401,
            server.get("/number").bearer(&scoped),
            ("numbered", Denied, Some("claims_unfit"), Some("alice"), "bearer"),
        ),
        (503, word("/failing", "x"), ("failing", Failed, Some("backend_unavailable"), None, "word")),
        (200, word("/patient", "open sesame"), ("patient", Allowed, None, Some("ali"), "patient")),
        (401, word("/patient", "x"), ("patient", Denied, Some("word_wrong"), None, "word")),
        (200, server.get("/optional"), ("anonymous", Allowed, None, None, "none")),
        (
            404,
            server.get("/hidden").bearer(&scoped),
            ("hiding", Denied, Some("scope_missing"), Some("alice"), "bearer"),
        ),
        (404, server.get("/unknown").bearer(&scoped), ("lost", Allowed, None, Some("alice"), "bearer")),
        (200, server.get("/in/inner").bearer(&scoped), ("inner", Allowed, None, Some("alice"), "bearer")),
        (200, server.get("/behind/service").bearer(&scoped), ("Outer", Allowed, None, Some("alice"), "bearer")),
    ] {
        let answer = request.send();
        assert_eq!(answer.status, status, "{answer:?}");
        let all = next(&heard, 1);
        let scheme = if expected.4 == "patient" { "word" } else { expected.4 };
        assert_eq!(said(&all[0]), (expected.0, expected.1, expected.2, expected.3, scheme));
        assert_eq!(all[0].code(), (expected.0 == "over_quota").then_some("quota"));
        assert_eq!(all[0].check().is_some_and(|check| check.name().ends_with("quota")), expected.0 == "over_quota");
        assert!(all[0].took() > Duration::ZERO && all[0].took() < Duration::from_secs(10));
    }
    server.get("/open").send().expect("open");
    next(&heard, 0);
}

#[test]
fn a_decision_that_its_caller_left_is_told_of() {
    let (server, heard) = server_of(|builder| builder.deadline(Duration::from_secs(60)));
    let mut connection = server.connect();
    connection.send(server.get("/open").bytes());
    std::thread::sleep(Duration::from_millis(300));
    connection.send(server.get("/stuck").header("X-Word", "x").bytes());
    std::thread::sleep(Duration::from_millis(300));
    drop(connection);
    let all = next(&heard, 1);
    assert_eq!(said(&all[0]), ("stuck", DecisionOutcome::Abandoned, None, None, "word"));
    assert!(all[0].took() >= Duration::from_millis(200), "{all:?}");
}

#[test]
fn what_is_told_has_no_credentials_in_it() {
    let (server, heard) = server_of(|builder| builder);
    let jwt = token().claim("jti", "secret").sign();
    let mut sent = 0;
    let mut send = |request: tests::Request| {
        let request = request.header("X-Trace", "17").header("DPoP", "secret").header("Client-Cert", ":secret:");
        request.header("Proxy-Authorization", "Basic secret").header("X-API-Key", KEY).send();
        sent += 1;
    };
    send(server.get("/heard?page=2").bearer(&jwt));
    send(server.get("/heard?page=2").basic("alice", "secret"));
    send(server.get("/heard?page=2"));
    send(server.get(&format!("/elsewhere?page=2&access_token={jwt}")));
    send(server.get(&format!("/elsewhere?page=2&acc%65ss_token={jwt}")));
    send(server.get(&format!("/elsewhere?api_key={KEY}&page=2&api_key=secret")));
    send(server.get("/elsewhere?page=2").header("Cookie", format!("a=secret; __Host-key={KEY}; __Host-token={jwt}")));
    send(server.get("/elsewhere?page=2").header("X-Word", "secret").header("X-Number", "secret"));
    for decision in next(&heard, sent) {
        let request = decision.request();
        assert_eq!(request.uri().to_string().split('?').nth(1), Some("page=2"), "{request:?}");
        assert_eq!(request.headers().get("x-trace").unwrap(), "17");
        assert!(request.peer().is_some_and(|peer| peer.ip().is_loopback()));
        let all = format!("{} {:?} {decision:?}", request.uri(), request.headers());
        for secret in ["secret", KEY, &*jwt, "Basic ", "wonderland"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}

#[test]
fn no_request_waits_for_one_who_hears() {
    let auth = builder().build().unwrap();
    let (done, until) = mpsc::channel::<()>();
    let until = Mutex::new(until);
    auth.on_decision(move |_| {
        let _ = until.lock().unwrap().recv();
    });
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(three_ways));
    });
    let began = Instant::now();
    for _ in 0..50 {
        server.get("/heard").bearer(scoped("read")).send().expect("heard");
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(done);
}

#[test]
fn the_caller_is_found_in_a_request_that_passed_where_it_is_configured() {
    let seen: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    for exposed in [false, true] {
        let (told, builder) = (Arc::clone(&seen), builder());
        let auth = if exposed { builder.expose_principal() } else { builder }.build().unwrap();
        let server = Server::start(move |app| {
            let told = Arc::clone(&told);
            let service = web::resource("/service").to(|request: HttpRequest| async move {
                Principal::of(&request).map_or("nobody".to_owned(), |who| who.subject().to_owned())
            });
            let guarded = auth.scope("").service(inner);
            let scope = auth.scope("").service(three_ways).service(numbered).service(anonymous).service(open_to_all);
            let scope = scope.service_as::<Outer>("/in", guarded).service_as::<Outer>("/behind", service);
            app.service(scope.wrap_fn(move |request, service| {
                let told = Arc::clone(&told);
                let before = Principal::of(request.request());
                let answer = service.call(request);
                async move {
                    let answer = answer.await?;
                    let caller = Principal::of(answer.request()).map(|who| who.subject().to_owned());
                    told.lock().unwrap().push(caller.filter(|_| before.is_none()));
                    Ok(answer)
                }
            }));
        });
        let scoped = scoped("read");
        let alice = exposed.then_some("alice");
        let pat = partner_token().claim("number", json!(1)).sign();
        for (path, token, answer, expected) in [
            ("/heard", Some(&scoped), "heard", alice),
            ("/heard", None, "", None),
            ("/number", Some(&scoped), "", None),
            ("/optional", None, "false", None),
            ("/optional", Some(&scoped), "true", alice),
            ("/open", Some(&scoped), "open", None),
            ("/in/inner", Some(&scoped), alice.unwrap_or("nobody"), alice),
            ("/in/inner", Some(&pat), "", None),
            ("/behind/service", Some(&scoped), alice.unwrap_or("nobody"), alice),
        ] {
            let request = server.get(path);
            let sent = token.iter().fold(request, |request, token| request.bearer(token)).send();
            if !answer.is_empty() {
                sent.expect(answer);
            }
            let caller = seen.lock().unwrap().pop().unwrap();
            assert_eq!(caller.as_deref(), expected, "{path} {exposed}");
        }
    }
}
