//! What a decision leaves behind: one event, one count, one duration, and no secret in any of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::ErrorServiceUnavailable;
use actix_web::middleware::Logger;
use actix_web::{App, FromRequest, HttpRequest, get, post, web};
use auth_runtime::denial::Reason;
use auth_runtime::observe::{DECISIONS, DURATION, HANDLER_DENIALS};
use auth_runtime::{Bearer, Denial, Optional, Principal, policy, public, requires};
use serde_json::json;
use tests::Server;

use crate::fixture::{self, builder, scoped, token};
use crate::observed::{self, EVENTS, Event, Labels, METRICS, Seen, listen, snapshotter};
use crate::schemes::{COUNTED, Counted, Failing, Panicking, Patient, Stuck};

/// The events about this handler.
fn events(handler: &str) -> Vec<Event> {
    observed::events(&format!("http::events::{handler}"))
}

/// The metrics about this handler.
fn metrics(handler: &str) -> BTreeMap<(String, Labels), Seen> {
    observed::metrics(&format!("http::events::{handler}"))
}

#[requires(any(bearer, basic, api_key), scope = "read")]
#[get("/counted")]
async fn counted(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(optional(bearer))]
#[get("/optional")]
async fn optional(_caller: Optional<Bearer>) -> &'static str {
    "optional"
}

async fn errs() -> Result<bool, String> {
    Err("the database said: \u{1b}[31mno\nsuch table".to_owned())
}

#[requires(bearer, check(errs))]
#[get("/erring")]
async fn erring() -> &'static str {
    "erring"
}

#[derive(serde::Deserialize)]
struct Seats {
    #[expect(dead_code, reason = "only read by serde")]
    seats: BTreeMap<String, u32>,
}

#[requires(bearer)]
#[get("/seats")]
async fn seats(_caller: Bearer<Seats>) -> &'static str {
    "seats"
}

#[requires(Failing)]
#[get("/failing")]
async fn failing() -> &'static str {
    "failing"
}

#[requires(api_key("directory"))]
#[get("/directory")]
async fn directory() -> &'static str {
    "directory"
}

#[requires(basic("members"))]
#[get("/members")]
async fn members() -> &'static str {
    "members"
}

#[requires(basic("members"))]
#[get("/flooded")]
async fn flooded() -> &'static str {
    "flooded"
}

async fn wants_data(_: web::Data<Vec<u64>>) -> bool {
    true
}

#[requires(bearer, check(wants_data))]
#[get("/without-data")]
async fn without_data() -> &'static str {
    "without data"
}

/// A connection of a pool that has none left.
struct Pooled;

impl FromRequest for Pooled {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Err(ErrorServiceUnavailable("pool is full\nlevel=ERROR forged")))
    }
}

async fn wants_pool(_: Pooled) -> bool {
    true
}

#[requires(bearer, check(wants_pool))]
#[get("/pool-full")]
async fn pool_full() -> &'static str {
    "pool full"
}

async fn agrees() -> bool {
    true
}

async fn refuses() -> bool {
    false
}

#[requires(bearer, check(agrees) && check(refuses))]
#[get("/refusing")]
async fn refusing() -> &'static str {
    "refusing"
}

async fn wants_number(_: web::Path<u64>) -> bool {
    true
}

#[requires(bearer, check(wants_number))]
#[get("/misfit/{number}")]
async fn misfit() -> &'static str {
    "misfit"
}

async fn wants_tenant(_: Bearer<Claims>) -> bool {
    true
}

#[requires(bearer, check(wants_tenant))]
#[get("/tenants")]
async fn tenants() -> &'static str {
    "tenants"
}

#[requires(Panicking)]
#[get("/panicking")]
async fn panicking() -> &'static str {
    "panicking"
}

#[requires(Stuck)]
#[get("/stuck")]
async fn stuck() -> &'static str {
    "stuck"
}

#[requires(Patient)]
#[get("/patient")]
async fn patient() -> &'static str {
    "patient"
}

#[requires(bearer)]
#[get("/unattached")]
async fn unattached() -> &'static str {
    "unattached"
}

#[derive(serde::Deserialize)]
struct Claims {
    #[expect(dead_code, reason = "only read by serde")]
    tenant: String,
}

#[requires(bearer)]
#[get("/unfit")]
async fn unfit(_caller: Bearer<Claims>) -> &'static str {
    "unfit"
}

#[requires(bearer, hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[public]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

policy! { Files: bearer }
policy! { Outermost: Counted }
policy! { Outer: Counted, scope("read") }

#[requires(Counted, role("ops"))]
#[get("/inner")]
async fn inner(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(Counted, role("nobody"))]
#[get("/inner-refused")]
async fn inner_refused() -> &'static str {
    "inner refused"
}

#[requires(bearer)]
#[get("/saying-no")]
async fn saying_no() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("closed"))
}

#[requires(any(bearer, basic, api_key, Patient), scope = "read")]
#[get("/labelled")]
async fn labelled() -> &'static str {
    "labelled"
}

#[requires(any(bearer("query"), basic("members"), api_key("query"), Patient))]
#[post("/secrets")]
async fn secrets() -> &'static str {
    "secrets"
}

fn server() -> Server {
    listen();
    snapshotter();
    Server::of(|| {
        let auth = builder().deadline(Duration::from_secs(1)).build().unwrap();
        let scope = auth.scope("").service(counted).service(optional).service(erring).service(panicking);
        let scope = scope
            .service(stuck)
            .service(patient)
            .service(unfit)
            .service(hidden)
            .service(open)
            .service(secrets)
            .service(labelled)
            .service(without_data)
            .service(pool_full)
            .service(refusing)
            .service(misfit)
            .service(tenants)
            .service(flooded)
            .service(saying_no)
            .service(seats)
            .service(failing)
            .service(directory)
            .service(members);
        let nested = auth.scope("/c").service(inner).service(inner_refused);
        let nested = auth.scope("/b").service_as::<Outer>("", nested);
        let scope = scope.service_as::<Outermost>("/a", nested);
        App::new()
            .wrap(Logger::new("%a %U %s"))
            .service(unattached)
            .service(scope.service_as::<Files>("/files", actix_web::web::resource("/file").to(|| async { "file" })))
    })
}

/// Outcome, scheme and reason of each event about the handler, and that its metrics say the same.
#[track_caller]
fn assert_decisions(handler: &str, expected: &[(&str, &str, &str)]) {
    let decided: Vec<Event> =
        events(handler).into_iter().filter(|event| event.field("message") == "auth decision").collect();
    let said: Vec<(&str, &str, &str)> = decided
        .iter()
        .map(|event| (event.field("outcome"), event.field("scheme"), event.field("reason")))
        .map(|(outcome, scheme, reason)| (outcome, scheme, if reason.is_empty() { "none" } else { reason }))
        .collect();
    assert_eq!(said, expected, "{handler}");

    let mut wanted: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for &(outcome, scheme, reason) in expected {
        *wanted.entry(vec![outcome, scheme, reason]).or_default() += 1;
    }
    let found = metrics(handler);
    let counts: BTreeMap<Vec<&str>, u64> = found
        .iter()
        .filter(|((name, _), _)| name == DECISIONS)
        .map(|((_, labels), seen)| {
            (["outcome", "scheme", "reason"].map(|label| labels[label].as_str()).to_vec(), seen.count)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(counts, wanted, "{handler}");
    let durations: Vec<f64> =
        found.iter().filter(|((name, _), _)| name == DURATION).flat_map(|(_, seen)| seen.durations.clone()).collect();
    assert_eq!(durations.len(), expected.len(), "{handler}");
    assert!(durations.iter().all(|&seconds| seconds > 0.0 && seconds < 60.0), "{durations:?}");
    for (name, labels) in found.keys() {
        let names: Vec<&str> = labels.keys().map(String::as_str).collect();
        match name.as_str() {
            DECISIONS => assert_eq!(names, ["outcome", "policy", "reason", "scheme"]),
            DURATION => assert_eq!(names, ["outcome", "policy"]),
            other => panic!("another metric: {other}"),
        }
    }
}

#[test]
fn each_decision_is_one_event_one_count_and_one_duration() {
    let server = server();
    server.get("/counted").send();
    server.get("/counted").bearer(scoped("read")).send().expect("alice");
    server.get("/counted").bearer(scoped("write")).send();
    server.get("/counted").bearer("rubbish").send();
    server.get("/counted").bearer(token().expires_in(-600).sign()).send();
    server.get("/counted").basic("alice", "wrong").send();
    server.get("/counted").basic("alice", "wonderland").send();
    server.get("/counted").header("X-API-Key", fixture::KEY).send().expect("billing");
    server.get("/counted").header("X-API-Key", "live_0123456789abcdef").send();
    server.get("/counted").send();
    assert_decisions(
        "counted",
        &[
            ("denied", "none", "credentials_missing"),
            ("allowed", "bearer", "none"),
            ("denied", "bearer", "scope_missing"),
            ("denied", "bearer", "token_not_jwt"),
            ("denied", "bearer", "token_expired"),
            ("denied", "basic", "credentials_wrong"),
            ("denied", "basic", "scope_missing"),
            ("allowed", "api_key", "none"),
            ("denied", "api_key", "key_of_other_environment"),
            ("denied", "none", "credentials_missing"),
        ],
    );
}

#[test]
fn optional_pending_hidden_and_enforced_decisions_count_too() {
    let server = server();
    server.get("/optional").send().expect("optional");
    server.get("/optional").bearer(token().sign()).send().expect("optional");
    server.get("/optional").bearer("rubbish").send();
    assert_decisions(
        "optional",
        &[("allowed", "none", "none"), ("allowed", "bearer", "none"), ("denied", "bearer", "token_not_jwt")],
    );
    server.get("/patient").header("X-Word", "please").send();
    server.get("/patient").header("X-Word", "open sesame").send().expect("patient");
    assert_decisions("patient", &[("denied", "word", "word_wrong"), ("allowed", "word", "none")]);
    assert_eq!(server.get("/hidden").send().status, 404);
    assert_decisions("hidden", &[("denied", "none", "credentials_missing")]);
    server.get("/files/file").send();
    server.get("/files/file").bearer(token().sign()).send().expect("file");
    assert_decisions("Files", &[("denied", "none", "credentials_missing"), ("allowed", "bearer", "none")]);
    server.get("/open").bearer(token().sign()).send().expect("open");
    assert!(events("open").is_empty(), "nothing is decided where nothing is asked");
}

#[test]
fn guards_around_guards_authenticate_once_and_count_once() {
    let server = server();
    let asked = |path: &str, word: &str| {
        let before = COUNTED.load(Ordering::SeqCst);
        let answer = server.get(path).header("X-Word", word).send();
        (answer, COUNTED.load(Ordering::SeqCst) - before)
    };
    let (answer, times) = asked("/a/b/c/inner", "open sesame");
    answer.expect("ali");
    assert_eq!(times, 1, "three guards of one configuration");
    assert_decisions("inner", &[("allowed", "word", "none")]);
    let (answer, times) = asked("/a/b/c/inner-refused", "open sesame");
    assert_eq!((answer.status, times), (403, 1));
    assert_decisions("inner_refused", &[("denied", "word", "role_missing")]);
    assert_decisions("Outer", &[]);
    assert_decisions("Outermost", &[]);
    // Where no guard inside decides, the one around does; where it refuses, it is the last.
    let (answer, times) = asked("/a/b/c/nothing", "open sesame");
    assert_eq!((answer.status, times), (404, 1));
    assert_decisions("Outer", &[("allowed", "word", "none")]);
    let (answer, times) = asked("/a/b/c/inner", "please");
    assert_eq!((answer.status, times), (401, 1));
    assert_decisions("Outermost", &[("denied", "word", "word_wrong")]);
    assert_decisions("inner", &[("allowed", "word", "none")]);
}

#[test]
fn a_denial_that_a_handler_returns_is_counted_apart() {
    let server = server();
    assert_eq!(server.get("/saying-no").bearer(token().sign()).send().status, 403);
    let said: Vec<_> = events("saying_no").iter().map(|event| event.field("outcome").to_owned()).collect();
    assert_eq!(said, ["allowed"]);
    let found = metrics("saying_no");
    let count = |name: &str| -> Vec<(Option<String>, u64)> {
        let of_name = found.iter().filter(|((found, _), _)| found == name);
        of_name.map(|((_, labels), seen)| (labels.get("outcome").cloned(), seen.count)).collect()
    };
    assert_eq!(count(DECISIONS), [(Some("allowed".to_owned()), 1)]);
    assert_eq!(count(HANDLER_DENIALS), [(None, 1)]);
}

#[test]
fn a_failure_is_an_error_that_names_the_handler_and_the_remedy() {
    let server = server();
    server.get("/unattached").bearer(token().sign()).send();
    server.get("/panicking").header("X-Word", "x").send();
    server.get("/stuck").header("X-Word", "x").send();
    server.get("/erring").bearer(token().sign()).send();
    assert_decisions("unattached", &[("failed", "none", "auth_missing")]);
    assert_decisions("panicking", &[("failed", "word", "panicked")]);
    assert_decisions("stuck", &[("failed", "word", "deadline_passed")]);
    assert_decisions("erring", &[("failed", "bearer", "check_erred")]);
    for (handler, remedy) in
        [("unattached", "app_data(auth"), ("panicking", "panicked"), ("stuck", "deadline"), ("erring", "cause")]
    {
        let event = events(handler).into_iter().find(|event| event.field("message") == "auth decision").unwrap();
        assert_eq!(event.level, "ERROR");
        assert!(event.field("remedy").contains(remedy), "{event:?}");
        assert_eq!(event.field("file"), "tests/http/events.rs");
        assert!(event.field("line").parse::<u32>().is_ok_and(|line| line > 1), "{event:?}");
    }
    let [error] = &*events("erring") else { panic!("not one event") };
    assert_eq!(error.field("cause"), r"the database said: \u{1b}[31mno\nsuch table");
    assert_eq!(error.field("check"), "http::events::errs");
}

#[test]
fn an_event_names_the_check_that_refused_and_why() {
    let server = server();
    server.get("/without-data").bearer(token().sign()).send();
    server.get("/pool-full").bearer(token().sign()).send();
    server.get("/refusing").bearer(token().sign()).send();
    server.get("/misfit/seven").bearer(token().sign()).send();
    server.get("/tenants").bearer(token().sign()).send();
    for (handler, outcome, level, reason, check) in [
        ("without_data", "failed", "ERROR", "check_erred", "wants_data"),
        ("pool_full", "failed", "ERROR", "check_unavailable", "wants_pool"),
        ("refusing", "denied", "INFO", "check_failed", "refuses"),
        ("misfit", "denied", "INFO", "argument_unfit", "wants_number"),
        ("tenants", "denied", "WARN", "claims_unfit", "wants_tenant"),
    ] {
        assert_decisions(handler, &[(outcome, "bearer", reason)]);
        let [event] = &*events(handler) else { panic!("not one event about {handler}") };
        assert_eq!((event.field("check"), &*event.level), (&*format!("http::events::{check}"), level), "{event:?}");
        if level == "ERROR" {
            assert_eq!(event.field("file"), "tests/http/events.rs");
            assert!(event.field("line").parse::<u32>().is_ok_and(|line| line > 1), "{event:?}");
            assert!(event.field("cause").len() > 10, "{event:?}");
            assert!(!event.field("remedy").is_empty(), "{event:?}");
        }
        assert!(!format!("{event:?}").contains("seven"), "what a stranger wrote: {event:?}");
    }
    let [event] = &*events("pool_full") else { panic!("not one event") };
    assert_eq!(event.field("cause"), r"pool is full\nlevel=ERROR forged");
}

/// Text of others that would start a line of its own in a log, in every place that an event takes such text from.
#[test]
fn no_event_has_a_line_break_in_any_field() {
    let server = server();
    let forged = "x\nlevel=ERROR forged\u{1b}[2K";
    let holding = |claim: serde_json::Value| token().claim("seats", claim).sign();
    // The path of a claim, and what serde says of it.
    server.get("/seats").bearer(holding(json!({ forged: "many" }))).send();
    server.get("/seats").bearer(holding(json!({ "a": { forged: 1 } }))).send();
    server.get("/seats").bearer(holding(json!([forged]))).send();
    // Errors of checks, of their extractors, of schemes, of functions of the application's own.
    server.get("/erring").bearer(token().sign()).send();
    server.get("/pool-full").bearer(token().sign()).send();
    server.get("/failing").header("X-Word", "x").send();
    server.get("/members").basic("nobody-knows", "x").send();
    server.get("/directory").header("X-API-Key", fixture::KEY_UNREACHABLE).send();
    server.get("/misfit/%0Alevel=ERROR%20forged").bearer(token().sign()).send();
    // What nobody has verified.
    for header in ["kid", "typ", "alg", "crit", "jku"] {
        server.get("/counted").bearer(token().header(header, forged).sign()).send();
    }
    for claim in ["iss", "aud", "sub", "jti", "scope", "roles", "exp"] {
        server.get("/counted").bearer(token().claim(claim, forged).sign()).send();
    }
    server.get("/counted").basic(forged, forged).send();
    for (handler, field, said) in [
        ("seats", "claim", r"level=ERROR forged\u{1b}[2K"),
        ("erring", "cause", r"no\nsuch table"),
        ("pool_full", "cause", r"full\nlevel"),
        ("failing", "cause", r"down\r\nlevel=ERROR forged\u{1b}[2K\u{2028}"),
        ("members", "cause", r"reach:\nsecret"),
        ("directory", "cause", r"reach:\nsecret"),
    ] {
        let found = events(handler);
        assert!(found.iter().any(|event| event.field(field).contains(said)), "{said} of {handler}: {found:#?}");
    }
    for event in EVENTS.lock().unwrap().iter().filter(|event| event.target.starts_with("auth_runtime")) {
        for (name, value) in &event.fields {
            let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
            assert!(!value.contains(breaks), "{name} of {event:?}");
            assert!(value.chars().count() <= 256 * 10, "{name} is {} long", value.len());
        }
    }
}

#[test]
fn a_flood_of_one_refusal_is_a_handful_of_events_and_all_are_counted() {
    const THREADS: usize = 8;
    const EACH: usize = 100;
    let server = server();
    let started = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    assert_eq!(server.get("/flooded").basic("alice", "wrong").send().status, 401);
                }
            });
        }
    });
    // Another reason is not drowned.
    assert_eq!(server.get("/flooded").send().status, 401);
    // The last window is summed up when it is over.
    std::thread::sleep(Duration::from_millis(1300));
    let windows = usize::try_from(started.elapsed().as_secs()).unwrap() + 1;
    let events = events("flooded");
    let wrong = |event: &&Event| event.field("reason") == "credentials_wrong";
    let written = events.iter().filter(wrong).filter(|event| event.field("message") == "auth decision").count();
    assert!((10..=10 * windows).contains(&written), "{written} in {windows} windows");
    let summaries: Vec<&Event> = events.iter().filter(|event| !event.field("left_out").is_empty()).collect();
    assert!(summaries.len() <= windows, "{summaries:?}");
    let left_out: usize = summaries.iter().map(|event| event.field("left_out").parse::<usize>().unwrap()).sum();
    assert_eq!(written + left_out, THREADS * EACH);
    for summary in summaries {
        assert_eq!((summary.field("callers"), &*summary.level), ("1", "INFO"), "{summary:?}");
        assert!(summary.field("largest").starts_with("127.0.0.1: "), "{summary:?}");
    }
    assert!(events.iter().any(|event| event.field("reason") == "credentials_missing"));
    let count: u64 = metrics("flooded")
        .iter()
        .filter(|((name, labels), _)| name == DECISIONS && labels["reason"] == "credentials_wrong")
        .map(|(_, seen)| seen.count)
        .sum();
    assert_eq!(count, (THREADS * EACH) as u64);
}

#[test]
fn the_field_that_does_not_fit_is_named_and_its_value_is_not() {
    let server = server();
    server.get("/unfit").bearer(token().claim("tenant", 112_233_445).sign()).send();
    server.get("/unfit").bearer(token().sign()).send();
    let warned = events("unfit");
    assert!(warned.iter().all(|event| event.field("expected") == "http::events::Claims"), "{warned:?}");
    assert_eq!(warned.len(), 2, "{warned:?}");
    assert!(warned.iter().all(|event| event.level == "WARN"));
    assert_eq!(warned[0].field("claim"), "tenant");
    assert!(warned[1].field("cause").contains("tenant"), "{warned:?}");
    assert!(!format!("{warned:?}").contains("112233445"));
    // Denied, and not first allowed: the decision is counted once, after all that can refuse the request.
    assert_decisions("unfit", &[("denied", "bearer", "claims_unfit"), ("denied", "bearer", "claims_unfit")]);
}

#[test]
fn labels_come_from_closed_sets() {
    let server = server();
    for path in ["/labelled", "/labelled?x=1"] {
        for credentials in ["Bearer a.b.c", "Basic !", "Bearer", "Nonsense x", "x"] {
            server.get(path).header("Authorization", credentials).send();
            server.get(path).header("X-Word", credentials).send();
            server.get(path).header("X-API-Key", credentials).send();
        }
        server.get(path).bearer(scoped("read")).send().expect("labelled");
    }
    let schemes = ["none", "bearer", "basic", "api_key", "word"];
    let found = metrics("labelled");
    assert!(found.len() >= 6, "{found:?}");
    for (name, value) in found.keys().flat_map(|(_, labels)| labels) {
        let known = match name.as_str() {
            "policy" => value == "http::events::labelled",
            "scheme" => schemes.contains(&value.as_str()),
            "outcome" => ["allowed", "denied"].contains(&value.as_str()),
            "reason" => {
                value == "none" || value == "word_wrong" || Reason::ALL.iter().any(|reason| reason.label() == value)
            }
            _ => false,
        };
        assert!(known, "{name}={value}");
    }
}

#[test]
fn no_credential_is_in_any_event_or_label() {
    let server = server();
    let expired = token().expires_in(-600).claim("marker", "UNVERIFIED-claim").sign();
    let good = token().claim("marker", "verified-claim-value").sign();
    let forged = token().header("kid", "UNVERIFIED-kid").claim("sub", "UNVERIFIED-subject").secret(b"other").sign();
    let post = |target: &str| server.post(target).header("Content-Length", "0");
    for token in [&expired, &good, &forged] {
        post("/secrets").bearer(token).send();
        post(&format!("/secrets?access_token={token}")).send();
    }
    post("/secrets").bearer("UNVERIFIED-opaque").send();
    post("/secrets").header("Authorization", "Bearer UNVERIFIED malformed").send();
    post("/secrets").basic("bob", "builder").send();
    post("/secrets").basic("UNVERIFIED-user", "UNVERIFIED-password").send();
    post("/secrets").basic("nobody-knows", "UNVERIFIED-password").send();
    post("/secrets").header("Authorization", "Basic UNVERIFIEDbase64").send();
    post(&format!("/secrets?api_key={}", fixture::KEY)).send();
    post("/secrets?api_key=test_UNVERIFIEDkey").send();
    post("/secrets").header("X-Word", "UNVERIFIED-word").send();
    assert!(events("secrets").len() >= 14, "{:?}", events("secrets"));

    let mut said = String::new();
    for event in EVENTS.lock().unwrap().iter() {
        writeln!(said, "{event:?}").unwrap();
    }
    metrics("secrets");
    writeln!(said, "{:?}", METRICS.lock().unwrap()).unwrap();
    assert!(said.contains("/secrets"), "the access log is listened to");
    for token in [&expired, &good, &forged] {
        for part in token.split('.').skip(1) {
            assert!(!said.contains(part), "a part of a token");
        }
    }
    for secret in ["UNVERIFIED", "VU5WRVJJRklFRC", "Ym9iOmJ1aWxkZXI", fixture::KEY, "verified-claim-value"] {
        let line = said.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
