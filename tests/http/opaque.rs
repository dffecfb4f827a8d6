//! Opaque tokens of the application's own, and API keys under a word of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::get;
use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::config::AuthBuilder;
use auth_runtime::denial::Rejection;
use auth_runtime::opaque::Holder;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::scheme::ExposedCredential;
use auth_runtime::{ApiKey, ApiKeys, Authorities, Bearer, Details, Opaque, Principal, requires};
use tests::{Denied, Server};

use crate::fixture::{self, KEY, auth, keys, token};
use crate::observed;

/// What the application knows of a token.
pub(crate) struct Pat {
    label: &'static str,
}

const ALICE: &str = "mrp_alice-0123456789";
const EXPIRED: &str = "mrp_expired-012345678";
const FLEETING: &str = "mrp_fleeting-01234567";
const AWAY: &str = "mrp_away-0123456789ab";
const PANICS: &str = "mrp_panics-0123456789";

/// How often the function was called.
static KEPT: AtomicUsize = AtomicUsize::new(0);

async fn find(digest: KeyDigest) -> Result<Option<Holder<Pat>>, String> {
    let is = |token| digest == KeyDigest::of(token);
    let holder = |subject| Holder::new(subject).scopes(["read"]).roles(["viewer"]);
    Ok(Some(match () {
        () if is(ALICE) => holder("alice").id("7").details(Pat { label: "laptop" }),
        () if is(EXPIRED) => holder("alice").id("8").expires_at(1_700_000_000).details(Pat { label: "old" }),
        () if is(AWAY) => return Err("the table is away:\nsecret detail".into()),
        () if is(PANICS) => panic!("a lookup panics: this is part of a test"),
        () => return Ok(None),
    }))
}

async fn find_kept(digest: KeyDigest) -> Result<Option<Holder>, String> {
    KEPT.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let is = |token| digest == KeyDigest::of(token);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let (fleeting, long) = (i64::try_from(now).unwrap() + 2, i64::try_from(now).unwrap() + 3600);
    Ok(match () {
        () if is(ALICE) => Some(Holder::new("alice").id("7").expires_at(long)),
        () if is(FLEETING) => Some(Holder::new("fred").id("9").expires_at(fleeting)),
        () => None,
    })
}

async fn find_exposed(token: ExposedCredential) -> Result<Option<Holder>, String> {
    match token.expose() {
        b"derived-from-the-master-key" => Ok(Some(Holder::new("derived"))),
        // As a driver would show it.
        sent => Err(format!("no row for {:?}", String::from_utf8_lossy(sent))),
    }
}

/// Tells the two forms apart by itself.
async fn find_either(token: ExposedCredential) -> Result<Option<Holder>, String> {
    let is_jwt = token.expose().split(|byte| *byte == b'.').count() == 3;
    Ok(Some(Holder::new(if is_jwt { "looked up" } else { "opaque" })))
}

async fn find_key(key: ExposedCredential) -> Result<Option<Key>, String> {
    match key.expose() {
        b"derived-key" => Ok(Some(Key::new("derived"))),
        sent => Err(format!("no row for {}", String::from_utf8_lossy(sent))),
    }
}

async fn role(who: PrincipalKey) -> Result<Option<Authorities>, String> {
    assert_eq!(who.issuer(), r#"local:bearer("pat_role")"#);
    Ok(Some(Authorities::default().replace_roles(["editor"])))
}

/// What the application says of those it knows, and of those it does not.
fn standing<T>(digest: KeyDigest, alice: T) -> Result<Result<T, Rejection>, String> {
    let is = |token| digest == KeyDigest::of(token);
    match () {
        () if is(AWAY) => Err("the table is away".into()),
        () if is(ALICE) && !SUSPENDED.load(Ordering::SeqCst) => Ok(Ok(alice)),
        () if is(ALICE) => Ok(Err(Rejection::forbidden("the account is suspended"))),
        () => Ok(Err(Rejection::credentials_wrong())),
    }
}

static SUSPENDED: AtomicBool = AtomicBool::new(false);

async fn find_standing(digest: KeyDigest) -> Result<Result<Holder, Rejection>, String> {
    standing(digest, Holder::new("alice"))
}

async fn find_key_standing(digest: KeyDigest) -> Result<Result<Key, Rejection>, String> {
    standing(digest, Key::new("alice"))
}

/// Tokens that were good until now.
fn first(number: usize) -> String {
    format!("mrp_first-{number:012}")
}

static FIRST_ARE_GONE: AtomicBool = AtomicBool::new(false);

async fn find_first(digest: KeyDigest) -> Result<Option<Holder>, String> {
    let is_one = !FIRST_ARE_GONE.load(Ordering::SeqCst) && (0..5).any(|number| digest == KeyDigest::of(first(number)));
    Ok(is_one.then(|| Holder::new("alice")))
}

pub(crate) fn revocations() -> &'static InMemoryRevocations {
    static STORE: std::sync::LazyLock<InMemoryRevocations> = std::sync::LazyLock::new(InMemoryRevocations::new);
    &STORE
}

/// Adds the configurations of this file.
pub(crate) fn configure(auth: AuthBuilder) -> AuthBuilder {
    let remembered = Opaque::lookup(find_kept).prefix("mrp_").remember_for(Duration::from_secs(60));
    auth.bearer_named("pat", Opaque::lookup(find).prefix("mrp_").prefix("old_").length(20..=24))
        .bearer_named("pat_kept", remembered.revocations(revocations().clone()))
        .bearer_named("pat_exposed", Opaque::dangerous_lookup_exposed(find_exposed))
        .bearer_named("pat_jwts", Opaque::dangerous_lookup_exposed(find_either).length(16..=4096).look_up_jwts())
        .bearer_named("pat_role", Opaque::lookup(find).authorities(role))
        .bearer_named("pat_standing", Opaque::lookup(find_standing).prefix("mrp_"))
        .bearer_named("pat_first", Opaque::lookup(find_first).prefix("mrp_"))
        .api_key_named("standing", ApiKeys::header("X-API-Key", KeyStore::lookup(find_key_standing)))
        .api_key_named("word", ApiKeys::authorization("Token", keys()))
        .api_key_named("exposed", ApiKeys::header("X-API-Key", KeyStore::dangerous_lookup_exposed(find_key)))
}

#[requires(bearer("pat"), scope = "read")]
#[get("/pat")]
async fn pat(who: Principal, pat: Details<Pat>, claims: Bearer) -> String {
    format!("{} by {} {}", who.key(), pat.label, claims["scope"])
}

#[requires(bearer("pat"), scope = "write")]
#[get("/pat/write")]
async fn pat_write() -> &'static str {
    "write"
}

#[requires(any(bearer("pat"), bearer))]
#[get("/pat/either")]
async fn either(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("pat_kept"))]
#[get("/pat/kept")]
async fn read_kept(who: Bearer) -> String {
    who.principal().subject().to_owned()
}

#[requires(bearer("pat_exposed"))]
#[get("/pat/exposed")]
async fn exposed(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("pat_jwts"))]
#[get("/pat/jwts")]
async fn jwts(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(any(bearer("pat_jwts"), bearer))]
#[get("/pat/jwts/either")]
async fn jwts_or_bearer(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("pat_role"), role = "editor")]
#[get("/pat/role")]
async fn with_role() -> &'static str {
    "editor"
}

#[requires(api_key("word"), scope = "read")]
#[get("/word")]
async fn word(key: ApiKey) -> String {
    key.id().to_owned()
}

#[requires(any(bearer, api_key("word")))]
#[get("/word/either")]
async fn word_or_bearer(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key("exposed"))]
#[get("/exposed-key")]
async fn exposed_key(key: ApiKey) -> String {
    key.id().to_owned()
}

#[requires(bearer("pat_standing"))]
#[get("/pat/standing")]
async fn pat_standing(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("pat_first"))]
#[get("/pat/first")]
async fn pat_first() -> &'static str {
    "first"
}

#[requires(api_key("standing"))]
#[get("/key/standing")]
async fn key_standing(key: ApiKey) -> String {
    key.id().to_owned()
}

fn server() -> Server {
    Server::start(|app| {
        let scope =
            auth().scope("").service(pat).service(pat_write).service(either).service(read_kept).service(exposed);
        let scope = scope
            .service(jwts)
            .service(jwts_or_bearer)
            .service(with_role)
            .service(word)
            .service(word_or_bearer)
            .service(exposed_key)
            .service(pat_standing)
            .service(key_standing)
            .service(pat_first);
        app.service(scope);
    })
}

fn challenge(rest: &str) -> String {
    format!(r#"Bearer realm="orders"{rest}"#)
}

fn refused(scope: &str) -> Denied {
    let rest = format!(r#", error="invalid_token", error_description="the credentials are not valid"{scope}"#);
    Denied::unauthorized("the credentials are not valid").challenge(&challenge(&rest))
}

#[test]
fn a_token_is_looked_up_by_its_digest() {
    let server = server();
    let text = r#"alice at local:bearer("pat") by laptop "read""#;
    server.get("/pat").bearer(ALICE).send().expect(text);
    refused(r#", scope="read""#).check(&server.get("/pat").bearer("mrp_nobody-0123456789").send());
    Denied::missing().challenge(&challenge(r#", scope="read""#)).check(&server.get("/pat").send());
    let answer = server.get("/pat/write").bearer(ALICE).send();
    let rest = r#", error="insufficient_scope", scope="write""#;
    Denied::forbidden("the credentials lack a required scope").challenge(&challenge(rest)).check(&answer);
    let expired = server.get("/pat").bearer(EXPIRED).send();
    let rest = r#", error="invalid_token", error_description="the token has expired", scope="read""#;
    Denied::unauthorized("the token has expired").challenge(&challenge(rest)).check(&expired);
}

#[test]
fn what_does_not_have_the_form_is_not_looked_up() {
    let server = server();
    let jwt = token().sign();
    for bad in ["mrp_short", "mrp_much-too-long-for-a-token", "MRP_alice-0123456789", "xyz_alice-0123456789", &jwt] {
        refused(r#", scope="read""#).check(&server.get("/pat").bearer(bad).send());
    }
    let malformed = server.get("/pat").bearer("mrp_alice 0123456789").send();
    assert_eq!(malformed.status, 400);
}

#[test]
fn form_decides_between_tokens_of_ones_own_and_jwts() {
    let server = server();
    server.get("/pat/either").bearer(ALICE).send().expect("alice");
    server.get("/pat/either").bearer(token().claim("sub", "jwt").sign()).send().expect("jwt");
    refused("").check(&server.get("/pat/either").bearer("mrp_nobody-0123456789").send());
    assert_eq!(server.get("/pat/either").bearer("xyz_alice-0123456789").send().status, 401, "nobody's");
}

#[test]
fn jwts_are_looked_up_where_the_application_verifies_them_itself() {
    let server = server();
    let get = |path: &str, token: &str| server.get(path).bearer(token).send();
    let (ours, foreign) = (token().sign(), token().claim("iss", "https://nobody.example").sign());
    for jwt in [&ours, &foreign] {
        get("/pat/jwts", jwt).expect("looked up");
    }
    get("/pat/jwts", ALICE).expect("opaque");
    assert_eq!(get("/pat/exposed", &ours).status, 401, "not where nobody says so");
    // Beside a configuration that knows the issuer, that one verifies it, and what no one knows is nobody's.
    get("/pat/jwts/either", &ours).expect("alice");
    get("/pat/jwts/either", ALICE).expect("opaque");
    refused("").check(&get("/pat/jwts/either", &foreign));
}

#[test]
fn a_lookup_that_fails_is_our_failure() {
    observed::listen();
    let server = server();
    Denied::unavailable().check(&server.get("/pat").bearer(AWAY).send());
    Denied::failed().check(&server.get("/pat").bearer(PANICS).send());
    let events = observed::events("http::opaque::pat");
    let event = events.iter().find(|event| event.field("reason") == "backend_unavailable").unwrap();
    assert_eq!((event.level.as_str(), event.field("cause")), ("ERROR", r"the table is away:\nsecret detail"));
}

#[test]
fn what_is_remembered_is_judged_with_each_request() {
    let server = server();
    let get = |token: &str| server.get("/pat/kept").bearer(token).send().status;
    let all: Vec<u16> = std::thread::scope(|threads| {
        let requests: Vec<_> = (0..4).map(|_| threads.spawn(|| get(ALICE))).collect();
        requests.into_iter().map(|request| request.join().unwrap()).collect()
    });
    assert_eq!(all, [200; 4]);
    assert_eq!((get(ALICE), KEPT.load(Ordering::SeqCst)), (200, 1), "one lookup for all");
    auth().forget(PrincipalKey::new(r#"local:bearer("pat_kept")"#, "alice"));
    assert_eq!((get(ALICE), KEPT.load(Ordering::SeqCst)), (200, 2));
    // Misses are asked for anew.
    assert_eq!((get("mrp_nobody-0123456789"), get("mrp_nobody-0123456789")), (401, 401));
    assert_eq!(KEPT.load(Ordering::SeqCst), 4);
    // What was found expires, and can be revoked.
    assert_eq!(get(FLEETING), 200);
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!((get(FLEETING), KEPT.load(Ordering::SeqCst)), (401, 5));
    revocations().revoke_token(r#"local:bearer("pat_kept")"#, "7", 4_000_000_000);
    assert_eq!((get(ALICE), KEPT.load(Ordering::SeqCst)), (401, 5));
}

#[test]
fn an_exposed_token_is_not_logged() {
    observed::listen();
    let server = server();
    server.get("/pat/exposed").bearer("derived-from-the-master-key").send().expect("derived");
    Denied::unavailable().check(&server.get("/pat/exposed").bearer("hunter2-hunter2-hunter2").send());
    let events = observed::events("http::opaque::exposed");
    let cause = events.iter().map(|event| event.field("cause")).find(|cause| !cause.is_empty()).unwrap();
    assert!(cause.starts_with("no row for") && !cause.contains("hunter2"), "{cause}");
}

#[test]
fn tokens_of_ones_own_can_have_authorities() {
    let server = server();
    server.get("/pat/role").bearer(ALICE).send().expect("editor");
}

#[test]
fn a_key_may_stand_under_a_word_of_its_own() {
    let server = server();
    let with = |path: &str, field: &str| server.get(path).header("Authorization", field).send();
    with("/word", &format!("Token {KEY}")).expect("billing");
    with("/word", &format!("token   {KEY}")).expect("billing");
    let wrong = Denied::unauthorized("the credentials are not valid").challenge(r#"Token realm="orders""#);
    wrong.check(&with("/word", "Token nonsense"));
    wrong.check(&with("/word", "Token"));
    let missing = Denied::missing().challenge(r#"Token realm="orders""#);
    missing.check(&server.get("/word").send());
    missing.check(&with("/word", &format!("Bearer {KEY}")));
    with("/word/either", &format!("Token {KEY}")).expect("billing");
    with("/word/either", &format!("Bearer {}", token().sign())).expect("alice");
    let both = Denied::missing().challenge(r#"Bearer realm="orders""#).challenge(r#"Token realm="orders""#);
    both.check(&server.get("/word/either").send());
}

#[test]
fn who_is_known_and_suspended_gets_a_403_and_who_is_unknown_a_401() {
    observed::listen();
    let server = server();
    let by_token = |token: &str| server.get("/pat/standing").bearer(token).send();
    let by_key = |key: &str| server.get("/key/standing").header("X-API-Key", key).send();
    let wrong_key = r#"ApiKey realm="orders", in="header", name="X-API-Key""#;
    by_token(ALICE).expect("alice");
    by_key(ALICE).expect("alice");
    SUSPENDED.store(true, Ordering::SeqCst);
    let suspended = Denied::forbidden("the account is suspended");
    suspended.check(&by_token(ALICE));
    suspended.check(&by_key(ALICE));
    refused("").check(&by_token("mrp_nobody-0123456789"));
    Denied::unauthorized("the credentials are not valid").challenge(wrong_key).check(&by_key("mrp_nobody-0123456789"));
    Denied::unavailable().check(&by_token(AWAY));
    Denied::unavailable().check(&by_key(AWAY));
    for (handler, scheme) in [("pat_standing", "bearer"), ("key_standing", "api_key")] {
        let events = observed::events(&format!("http::opaque::{handler}"));
        let event = events.iter().find(|event| event.field("reason") == "application_denied").expect("an event");
        assert_eq!((event.level.as_str(), event.field("scheme")), ("INFO", scheme));
    }
}

#[test]
fn the_first_refusal_of_whoever_was_good_before_is_in_the_log_however_many_strangers_are_refused() {
    observed::listen();
    let server = server();
    let status = |token: &str| server.get("/pat/first").bearer(token).send().status;
    let stranger = || assert_eq!(status("mrp_nobody-0123456789"), 401);
    let written = || {
        let events = observed::events("http::opaque::pat_first");
        let wrong = |event: &&observed::Event| event.field("reason") == "credentials_wrong";
        events.iter().filter(wrong).filter(|event| event.field("left_out").is_empty()).count()
    };
    (0..5).for_each(|number| assert_eq!(status(&first(number)), 200));
    FIRST_ARE_GONE.store(true, Ordering::SeqCst);
    // The log counts by the second. Where one ends in between, on a busy machine, nothing is learnt.
    let is_shown = (0..5).any(|number| {
        std::thread::sleep(Duration::from_millis(1100));
        let begun = std::time::Instant::now();
        (0..12).for_each(|_| stranger());
        let full = written();
        stranger();
        let left_out = written();
        assert_eq!(status(&first(number)), 401);
        let first_refusal = written();
        assert_eq!(status(&first(number)), 401);
        stranger();
        let again = written();
        let within = begun.elapsed() < Duration::from_secs(1);
        if within {
            assert_eq!((left_out, first_refusal, again), (full, full + 1, full + 1));
        }
        within
    });
    assert!(is_shown, "never within one second");
}

#[test]
fn an_exposed_key_is_not_logged() {
    observed::listen();
    let server = server();
    server.get("/exposed-key").header("X-API-Key", "derived-key").send().expect("derived");
    Denied::unavailable().check(&server.get("/exposed-key").header("X-API-Key", "hunter2").send());
    let events = observed::events("http::opaque::exposed_key");
    let cause = events.iter().map(|event| event.field("cause")).find(|cause| !cause.is_empty()).unwrap();
    assert!(cause.starts_with("no row for") && !cause.contains("hunter2"), "{cause}");
}

#[test]
fn what_cannot_be_told_apart_is_refused_when_it_is_built() {
    let refused = |opaque: Opaque| fixture::builder().bearer_named("more", opaque).build().unwrap_err().to_string();
    let of = |prefix: &str| Opaque::lookup(find).prefix(prefix);
    for (opaque, said) in [
        (of(""), "`.prefix(…)`: empty"),
        (of("mrp "), "no token can have"),
        (of("ey"), "a JWT could begin with"),
        (of("eyJ"), "a JWT could begin with"),
        (of("e"), "a JWT could begin with"),
        (of("mrp_").prefix("mrp_live_"), "beginning with another"),
        (of("mrp_").remember_for(Duration::from_secs(301)), "300 s"),
        (of("mrp_").alphabet(""), "`.alphabet(…)`: empty"),
    ] {
        let error = refused(opaque);
        assert!(error.contains(said), "{said}: {error}");
    }
}
