//! Rules of API keys, through the scheme.

use std::time::{Duration, SystemTime};

use actix_web::http::header::{COOKIE, HeaderValue, REFERRER_POLICY};
use actix_web::test::TestRequest;

use crate::denial::Reason;
use crate::file::testing::TempFile;
use crate::http::peer::AddressShare;
use crate::principal::{Forgotten, PrincipalKey};
use crate::scheme::api_key::*;
use crate::scheme::probe::{self, Presence};
use crate::time::{Clock, UnixTime};

const NOW: UnixTime = 1_800_000_000;
const SECRET: &str = "test_0123456789abcdef";

struct At(UnixTime);

impl Clock for At {
    fn read(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.try_into().unwrap())
    }
}

fn list() -> [(KeyDigest, Key); 4] {
    [
        (KeyDigest::of(SECRET), Key::new("development").with_scopes(["a", "b"]).with_roles(["ops"])),
        (KeyDigest::of("live_1"), Key::new("live").of_environment("live").expiring_at(NOW + 1)),
        (KeyDigest::of("live_2"), Key::new("expired").expiring_at(NOW)),
        (KeyDigest::of("live_3"), Key::new("mislaid").of_environment("test")),
    ]
}

async fn ask_at(scheme: &ApiKeyScheme, request: TestRequest, now: UnixTime) -> Outcome {
    probe::ask(scheme, &request.to_http_request(), &clock(now)).await.unwrap()
}

fn clock(now: UnixTime) -> Arc<dyn Clock> {
    Arc::new(At(now))
}

async fn ask(scheme: &ApiKeyScheme, request: TestRequest) -> Outcome {
    ask_at(scheme, request, NOW).await
}

fn with_header(key: &str) -> TestRequest {
    TestRequest::default().append_header(("X-API-Key", key))
}

fn header() -> ApiKeyScheme {
    ApiKeys::header("X-API-Key", list()).build(None).unwrap()
}

fn query() -> ApiKeyScheme {
    ApiKeys::dangerous_query("api_key", list()).build(None).unwrap()
}

fn cookie() -> ApiKeyScheme {
    ApiKeys::cookie("__Host-key", list()).build(None).unwrap()
}

fn kind(scheme: &ApiKeyScheme, request: TestRequest) -> Presence {
    probe::find(scheme, &request.to_http_request(), &clock(NOW))
}

fn reason(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Refused(rejection) => rejection.reason(),
        other => panic!("{other:?}"),
    }
}

fn verified(outcome: Outcome) -> Principal {
    match outcome {
        Outcome::Verified(principal) => principal,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_key_in_the_header_is_its_owner() {
    let principal = verified(ask(&header(), with_header(SECRET)).await);
    assert_eq!((principal.scheme(), principal.subject()), ("api_key", "development"));
    assert!(principal.scopes().unwrap().eq(["a", "b"]) && principal.roles().unwrap().eq(["ops"]));
    assert_eq!(principal.details::<Key>().unwrap().id(), "development");
    assert_eq!(principal.expires_at(), None);
}

#[actix_web::test]
async fn wrong_keys_are_refused() {
    let long = "x".repeat(KEY_MAX + 1);
    for wrong in ["", "x", "test_0123456789abcdeF", "test_0123456789abcde", &format!("{SECRET}, {SECRET}"), &long] {
        assert_eq!(reason(&ask(&header(), with_header(wrong)).await), Reason::CredentialsWrong, "{wrong}");
    }
    let bytes = TestRequest::default().append_header(("X-API-Key", HeaderValue::from_bytes(b"\xff").unwrap()));
    assert_eq!(reason(&ask(&header(), bytes).await), Reason::CredentialsWrong);
}

#[actix_web::test]
async fn what_is_stored_does_not_open() {
    let digest = KeyDigest::of(SECRET).to_string();
    assert_eq!(reason(&ask(&header(), with_header(&digest)).await), Reason::CredentialsWrong);
}

#[actix_web::test]
async fn a_repeated_key_is_refused_not_absent() {
    let twice = || with_header(SECRET).append_header(("x-api-key", SECRET));
    assert_eq!(kind(&header(), twice()), Presence::Explicit);
    assert_eq!(reason(&ask(&header(), twice()).await), Reason::CredentialsWrong);

    let twice = || TestRequest::with_uri(&format!("/?api_key={SECRET}&api_key={SECRET}"));
    assert_eq!(kind(&query(), twice()), Presence::Explicit);
    assert_eq!(reason(&ask(&query(), twice()).await), Reason::CredentialsWrong);

    let cookies = format!("__Host-key={SECRET}; __Host-key={SECRET}");
    let twice = || TestRequest::default().append_header((COOKIE, &*cookies));
    assert_eq!(kind(&cookie(), twice()), Presence::Ambient);
    assert_eq!(reason(&ask(&cookie(), twice()).await), Reason::CookieUnreadable);
}

#[actix_web::test]
async fn header_and_query_are_explicit_and_a_cookie_is_ambient() {
    let in_query = || TestRequest::with_uri(&format!("/x?a=1&api_key={SECRET}"));
    let in_cookie = || TestRequest::default().append_header((COOKIE, format!("a=1; __Host-key={SECRET}")));
    assert_eq!(kind(&header(), with_header(SECRET)), Presence::Explicit);
    assert_eq!(kind(&query(), in_query()), Presence::Explicit);
    assert_eq!(kind(&cookie(), in_cookie()), Presence::Ambient);
    for request in [TestRequest::default, in_query, in_cookie] {
        assert_eq!(kind(&header(), request()), Presence::Absent);
    }
    assert_eq!(kind(&query(), with_header(SECRET)), Presence::Absent);
    assert_eq!(kind(&cookie(), in_query()), Presence::Absent);
    verified(ask(&query(), in_query()).await);
    verified(ask(&cookie(), in_cookie()).await);
}

#[actix_web::test]
async fn an_empty_key_is_present_and_wrong() {
    for (scheme, request) in [
        (header(), with_header("")),
        (query(), TestRequest::with_uri("/?api_key=")),
        (query(), TestRequest::with_uri("/?api_key")),
        (cookie(), TestRequest::default().append_header((COOKIE, "__Host-key="))),
    ] {
        assert_eq!(reason(&ask(&scheme, request).await), Reason::CredentialsWrong);
    }
}

#[actix_web::test]
async fn keys_expire() {
    assert_eq!(verified(ask(&header(), with_header("live_1")).await).expires_at(), Some(NOW + 1));
    assert_eq!(reason(&ask_at(&header(), with_header("live_1"), NOW + 1).await), Reason::KeyExpired);
    assert_eq!(reason(&ask(&header(), with_header("live_2")).await), Reason::KeyExpired);
    assert_eq!(Reason::KeyExpired.description(), Reason::CredentialsWrong.description());
}

#[actix_web::test]
async fn an_absurd_clock_is_a_503_for_keys_that_expire() {
    let outcome = ask_at(&header(), with_header("live_1"), 0).await;
    assert_eq!(probe::reason(&outcome), Reason::ClockUnreadable);
    verified(ask_at(&header(), with_header(SECRET), 0).await);
}

#[actix_web::test]
async fn a_key_of_another_environment_is_refused_as_such_in_the_log_only() {
    let live = ApiKeys::header("X-API-Key", list()).environment("live").build(None).unwrap();
    verified(ask(&live, with_header("live_1")).await);
    for other in [SECRET, "test_unknown", "staging_x", "live_3"] {
        assert_eq!(reason(&ask(&live, with_header(other)).await), Reason::KeyOfOtherEnvironment, "{other}");
    }
    for none in ["live", "live1", "LIVE_1", "_1", "é_1", "live_unknown", "-_1"] {
        assert_eq!(reason(&ask(&live, with_header(none)).await), Reason::CredentialsWrong, "{none}");
    }
    let (other, wrong) = (Reason::KeyOfOtherEnvironment, Reason::CredentialsWrong);
    assert_eq!((other.status(), other.description()), (wrong.status(), wrong.description()));
}

#[test]
fn the_challenge_names_place_and_name() {
    for (scheme, expected) in [
        (header(), "ApiKey realm=\"R\", in=\"header\", name=\"X-API-Key\""),
        (query(), "ApiKey realm=\"R\", in=\"query\", name=\"api_key\""),
        (cookie(), "ApiKey realm=\"R\", in=\"cookie\", name=\"__Host-key\""),
    ] {
        assert_eq!(scheme.describe().challenge().render("R", &[]), expected);
    }
}

#[actix_web::test]
async fn answers_to_a_key_in_the_query_keep_it_from_referers() {
    let principal = Principal::builder("api_key", "x").build();
    let owed = |scheme: &ApiKeyScheme, principal: Option<&Principal>| {
        let headers = probe::respond(scheme, &TestRequest::default().to_http_request(), principal);
        headers.get(REFERRER_POLICY).unwrap().clone()
    };
    // On success and on denial alike.
    for principal in [Some(&principal), None] {
        assert_eq!(owed(&query(), principal), "no-referrer");
        assert_eq!(owed(&header(), principal), "unsafe-url");
    }
}

#[test]
fn a_configuration_recognizes_its_own_keys() {
    let recognizes = |scheme: &ApiKeyScheme, key: &str| {
        let request = with_header(key).to_http_request();
        probe::recognizes(scheme, &request, &clock(NOW))
    };
    assert_eq!(recognizes(&header(), SECRET), Recognition::Mine);
    assert_eq!(recognizes(&header(), "unknown"), Recognition::No);
    let live = ApiKeys::header("X-API-Key", list()).environment("live").build(None).unwrap();
    assert_eq!(recognizes(&live, "live_1"), Recognition::Mine);
    assert_eq!(recognizes(&live, SECRET), Recognition::No);
}

/// What a handler of the application wants to know.
struct Customer {
    key: Key,
    plan: u8,
}

impl AsRef<Key> for Customer {
    fn as_ref(&self) -> &Key {
        &self.key
    }
}

async fn customer(digest: KeyDigest) -> Result<Option<Customer>, &'static str> {
    if digest == KeyDigest::of("live_down") {
        return Err("database unreachable");
    }
    let found = list().into_iter().find(|(known, _)| *known == digest);
    Ok(found.map(|(_, key)| Customer { key, plan: 3 }))
}

#[actix_web::test]
async fn a_function_of_the_users_is_asked_by_digest() {
    let keys = ApiKeys::header("X-API-Key", KeyStore::lookup(customer)).environment("live");
    let scheme = keys.build(Some("shop".into())).unwrap();
    let principal = verified(ask(&scheme, with_header("live_1")).await);
    assert_eq!(principal.details::<Customer>().unwrap().plan, 3);
    assert_eq!((principal.configuration(), principal.subject()), (Some("shop"), "live"));
    assert_eq!(principal.expires_at(), Some(NOW + 1));
    assert_eq!(reason(&ask(&scheme, with_header("live_2")).await), Reason::KeyExpired);
    assert_eq!(reason(&ask(&scheme, with_header("live_3")).await), Reason::KeyOfOtherEnvironment);
    assert_eq!(reason(&ask(&scheme, with_header(SECRET)).await), Reason::KeyOfOtherEnvironment);
    assert_eq!(reason(&ask(&scheme, with_header("live_4")).await), Reason::CredentialsWrong);
    let outcome = ask(&scheme, with_header("live_down")).await;
    assert_eq!(probe::reason(&outcome), Reason::BackendUnavailable);
}

#[actix_web::test]
async fn whoever_is_forgotten_comes_first_no_more() {
    let scheme = ApiKeys::header("X-API-Key", KeyStore::lookup(customer)).build(None).unwrap();
    let principal = verified(ask(&scheme, with_header("live_1")).await);
    let Store::Function(function) = &scheme.store else { panic!("keys are looked up") };
    let presented = Presented::unguessable(KeyDigest::of("live_1").as_bytes(), AddressShare::Unknown);
    let comes_first = || function.known.claimant(presented, Instant::now()).is_known();
    assert!(comes_first());
    let forget = |who| scheme.forgetful().unwrap().forget(&Forgotten::Callers(&[who].into()));
    forget(PrincipalKey::new("local:api_key", "somebody else"));
    assert!(comes_first());
    forget(principal.key());
    assert!(!comes_first());
    assert!(header().forgetful().is_none(), "a list has no reserve");
}

#[test]
fn stores_that_know_their_keys_answer_without_a_future() {
    let file = TempFile::new(&NewKey::generate("live").unwrap().line(&Key::new("a")).unwrap());
    let watched = ApiKeys::header("X-API-Key", KeyStore::file(file.path())).build(None).unwrap();
    for scheme in [header(), watched] {
        let request = with_header(SECRET).to_http_request();
        assert!(matches!(probe::begin(&scheme, &request, &clock(NOW)), Some(Authentication::Ready(_))));
    }
}

#[actix_web::test]
async fn a_changed_file_takes_effect() {
    let (old, new) = (NewKey::generate("live").unwrap(), NewKey::generate("live").unwrap());
    let line = |key: &NewKey, id: &str| key.line(&Key::new(id)).unwrap();
    let file = TempFile::new(&line(&old, "a"));
    let scheme = ApiKeys::header("X-API-Key", KeyStore::file(file.path())).environment("live").build(None).unwrap();
    let Store::Watched(watched) = &scheme.store else { panic!() };
    verified(ask(&scheme, with_header(old.expose_secret())).await);
    file.write(&line(&new, "a"));
    watched.refresh();
    verified(ask(&scheme, with_header(new.expose_secret())).await);
    assert_eq!(reason(&ask(&scheme, with_header(old.expose_secret())).await), Reason::CredentialsWrong);
    let whole = line(&old, "a");
    for half_written in ["", &whole[..40]] {
        file.write(half_written);
        watched.refresh();
        verified(ask(&scheme, with_header(new.expose_secret())).await);
    }
}

#[test]
fn faults_of_the_configuration_are_told_at_build() {
    let error = |keys: ApiKeys| keys.build(None).unwrap_err().to_string();
    for (keys, says) in [
        (ApiKeys::header("X API", list()), "`X API` is not a header name"),
        (ApiKeys::header("", list()), "is not a header name"),
        (ApiKeys::header("authorization", list()), "means something else"),
        (ApiKeys::header("Cookie", list()), "means something else"),
        (ApiKeys::dangerous_query("api key", list()), "not a name for a parameter"),
        (ApiKeys::dangerous_query("", list()), "not a name for a parameter"),
        (ApiKeys::dangerous_query("api%5Fkey", list()), "not a name for a parameter"),
        (ApiKeys::cookie("a=b", list()), "not a cookie name"),
        (ApiKeys::cookie("", list()), "not a cookie name"),
        (ApiKeys::header("X-API-Key", list()).environment("Live_"), "environment `Live_`"),
        (ApiKeys::header("X-API-Key", KeyStore::text("x")), "key text, line 1: no JSON object"),
        (ApiKeys::header("X-API-Key", KeyStore::file("no/such/file")), "no/such/file: cannot be read"),
        (ApiKeys::header("X-API-Key", [(KeyDigest::of("a"), Key::new(""))]), "`id` is empty"),
        (
            ApiKeys::header("X-API-Key", [(KeyDigest::of("a"), Key::new("a")), (KeyDigest::of("b"), Key::new("a"))]),
            "id `a` is given twice",
        ),
    ] {
        let error = error(keys);
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn debug_shows_no_digest() {
    let digest = KeyDigest::of(SECRET).to_string();
    let shown = format!("{:?} {:?} {:?}", ApiKeys::header("X-API-Key", list()), header(), KeyDigest::of(SECRET));
    assert!(!shown.contains(&digest[..8]), "{shown}");
}
