//! Opaque tokens of the provider, judged by its introspection endpoint.

use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::introspection::{Introspection, PrivateKeyJwt};
use auth_runtime::jwt::{Audiences, Said, Unsaid};
use auth_runtime::{Algorithm, Jwt};
use tests::Denied;
use tests::load::{having, longest};

use crate::app::{API, App, now, outlive, refused, unscoped};
use crate::load;
use crate::process::{Counts, Provider};
use crate::{DEADLINE, SECOND, SOON, TAKEN_MAX, await_that, events, tell};

/// Whose tokens are opaque.
const OPAQUE: &str = "https://api.example/opaque";

/// Without credentials yet; an answer counts for one second.
fn asking(provider: &Provider) -> Introspection<Said, Audiences, Unsaid> {
    Introspection::new(provider.url("/token/introspection"))
        .issuer(&*provider.issuer)
        .audience(OPAQUE)
        .subject_claim("client_id")
        .timeout(SECOND)
        .max_staleness(SECOND)
        .inactive_age(SECOND / 10)
}

fn introspection(provider: &Provider) -> Introspection<Said, Audiences, Said> {
    asking(provider).client_secret_basic("basic", &*provider.secret)
}

#[test]
fn every_way_to_authenticate_is_understood_by_the_provider() {
    let _alone = alone!("the client's ways to authenticate at a real provider");
    let provider = Provider::start();
    let key = || PrivateKeyJwt::new("key", Algorithm::ES256, &provider.pem).key_id("client-key");
    let token = provider.token(OPAQUE, "read");
    for (way, introspection) in [
        ("client_secret_basic", introspection(&provider)),
        ("client_secret_post", asking(&provider).client_secret_post("post", &*provider.secret)),
        ("private_key_jwt, for the issuer", asking(&provider).private_key_jwt(key().audience(&*provider.issuer))),
        ("private_key_jwt, for the endpoint", asking(&provider).private_key_jwt(key())),
    ] {
        let app = App::start(introspection);
        let answer = app.get(&token);
        assert_eq!((answer.status, answer.text()), (200, "caller"), "{way}");
        assert_eq!(answer.only("cache-control"), Some("private"));
    }
    events::assert_secret(&provider.secret);
}

#[test]
fn opaque_tokens_are_judged_by_audience_scope_and_issuer() {
    let _alone = alone!("opaque tokens of a real provider");
    let provider = Provider::start();
    let app = App::start(introspection(&provider));
    let token = provider.token(OPAQUE, "read write");
    app.get(&token).expect("caller");
    let elsewhere = provider.token("https://other.example/opaque", "read");
    refused("the token is not meant for this resource").check(&app.get(&elsewhere));
    unscoped().check(&app.get(&provider.token(OPAQUE, "write")));
    refused("the token is not valid").check(&app.get(&token.chars().rev().collect::<String>()));
    // By itself it is asked about every token, and this provider does not introspect its JWTs.
    let jwt = provider.token(&OPAQUE.replace("opaque", "ES256"), "read");
    refused("the token is not valid").check(&app.get(&jwt));
    assert_eq!(events::count(&["WARN", &provider.issuer, "not for tokens of this kind", "`.opaque(…)`"]), 1);

    let misnamed = App::start(
        Introspection::new(provider.url("/token/introspection"))
            .client_secret_basic("basic", &*provider.secret)
            .issuer("https://idp.example")
            .audience(OPAQUE)
            .subject_claim("client_id"),
    );
    refused("the token comes from an issuer that is not accepted here").check(&misnamed.get(&token));
    // What a client got for itself has no subject at this provider.
    let nobody = App::start(
        Introspection::new(provider.url("/token/introspection"))
            .client_secret_basic("basic", &*provider.secret)
            .issuer(&*provider.issuer)
            .audience(OPAQUE),
    );
    refused("the token is not valid").check(&nobody.get(&token));
    events::assert_secret(&token);
}

#[test]
fn a_revoked_or_expired_token_is_refused_when_the_answer_is_too_old() {
    let _alone = alone!("revocation at a real provider");
    let provider = Provider::start();
    let app = App::start(introspection(&provider).leeway(Duration::ZERO));
    let token = provider.token(OPAQUE, "read");
    app.get(&token).expect("caller");
    let asked = Instant::now();
    provider.revoke(&token);
    let took = await_that("the revoked token is refused", SOON, || app.status(&token) != 200);
    refused("the token is not valid").check(&app.get(&token));
    assert!(asked.elapsed() >= took && took < 2 * SECOND, "{took:?}");

    let resource = format!("{OPAQUE}/brief");
    let app = App::start(
        Introspection::new(provider.url("/token/introspection"))
            .client_secret_basic("basic", &*provider.secret)
            .issuer(&*provider.issuer)
            .audience(&*resource)
            .subject_claim("client_id")
            .leeway(Duration::ZERO)
            .max_staleness(60 * SECOND),
    );
    // Its end is the end of what is remembered of it, and then it is the provider who says no.
    let inactive = refused("the token is not valid");
    let (good, expired) = (0..20)
        .filter_map(|_| {
            let before = now().as_secs();
            let brief = provider.token(&resource, "read");
            // Else nobody here knows in which second it was issued.
            (now().as_secs() == before).then(|| outlive(&app, &brief, Duration::from_secs(before + 1), &inactive))
        })
        .find(|(good, expired)| *good > 1 && *expired > 0)
        .expect("a token that was good and expired");
    tell(&format!(
        "opaque: revoked at the provider, refused {took:?} later (answers count for 1 s); a token of one second, whose answer \
         counts for 60 s: good {good} times, then refused {expired} times"
    ));
}

#[test]
fn a_token_that_many_present_is_asked_about_once() {
    let _alone = alone!("how often a real provider is asked about a token");
    let provider = Provider::start();
    let app = App::start(introspection(&provider).max_staleness(60 * SECOND));
    let token = provider.token(OPAQUE, "read");
    let load = load::of(&app, 50, &token);
    thread::sleep(2 * SECOND);
    let told = load.end();
    assert_eq!(having(&told, 200), told.len());
    assert_eq!(provider.counts(), Counts { introspection: 1, ..Counts::default() });
    tell(&format!("opaque: {} requests of 50 callers with one token, one question at the provider", told.len()));
}

#[test]
fn wrong_credentials_of_our_own_are_500_and_an_event_that_names_the_remedy() {
    let _alone = alone!("a wrong client secret at a real provider");
    let provider = Provider::start();
    let token = provider.token(OPAQUE, "read");
    let key = PrivateKeyJwt::new("key", Algorithm::ES256, &provider.pem)
        .key_id("client-key")
        .audience("https://other.example");
    for (way, introspection) in [
        ("a wrong secret", asking(&provider).client_secret_basic("basic", "wrong")),
        ("an unknown client", asking(&provider).client_secret_basic("unknown", &*provider.secret)),
        ("a wrong secret in the body", asking(&provider).client_secret_post("post", "wrong")),
        ("an assertion for somebody else", asking(&provider).private_key_jwt(key)),
    ] {
        let event = ["ERROR", &provider.url("/token/introspection"), "rejects the credentials of this service"];
        let before = events::count(&event);
        let answer = App::start(introspection).get(&token);
        assert_eq!(answer.status, 500, "{way}: {answer:?}");
        Denied::failed().check(&answer);
        assert_eq!(events::count(&event), before + 1, "{way}");
    }
    events::assert_secret(&provider.secret);
}

#[test]
fn jwts_and_opaque_tokens_share_a_route_and_none_is_tried_both_ways() {
    let _alone = alone!("both kinds of tokens on one route");
    let provider = Provider::start();
    let app = App::ready(Jwt::oidc(&*provider.issuer).audience(API).opaque(introspection(&provider)));
    let (jwt, opaque) = (provider.token(API, "read"), provider.token(OPAQUE, "read"));
    provider.counts();
    app.get(&jwt).expect("caller");
    assert_eq!(provider.counts(), Counts::default(), "a JWT is not asked about");
    app.get(&opaque).expect("caller");
    assert_eq!(provider.counts(), Counts { introspection: 1, ..Counts::default() });
    let (signed, _) = jwt.rsplit_once('.').unwrap();
    refused("the token is not valid").check(&app.get(&format!("{signed}.AAAA")));
    // The keys may be asked for once, since a provider can put another one under the same `kid`.
    assert_eq!(provider.counts().introspection, 0, "nor is one that does not verify");
    // Each is for its own audience.
    refused("the token is not meant for this resource")
        .check(&app.get(&provider.token(OPAQUE.replace("opaque", "RS256").as_str(), "read")));
    refused("the token is not meant for this resource")
        .check(&app.get(&provider.token(&format!("{API}/opaque"), "read")));
}

#[test]
fn an_endpoint_that_closes_idle_connections_turns_nobody_away() {
    let _alone = alone!("an introspection endpoint that closes idle connections");
    let provider = Provider::start();
    provider.fault("introspection", Some("hasty"));
    let app = App::start(introspection(&provider).max_staleness(Duration::ZERO));
    let token = provider.token(OPAQUE, "read");
    for pause in [0, 10, 1500, 100, 1200, 2000] {
        thread::sleep(Duration::from_millis(pause));
        assert_eq!(app.status(&token), 200, "after {pause} ms");
    }
}

#[test]
fn an_endpoint_that_misbehaves_is_503_in_time_and_never_lets_anybody_in() {
    let _alone = alone!("an introspection endpoint that misbehaves");
    let mut provider = Provider::start();
    // With the breaker open, no call is made. It stays closed where an answer may be about one token only, or one caller's would
    // cut all others off; what bounds the calls then is their budget.
    const BROKEN: usize = 3;
    const ABOUT_ONE: usize = 7;
    let faults = [
        ("silent", "no whole answer in time", BROKEN),
        ("trickle", "no whole answer in time", BROKEN),
        ("garbage", "is not HTTP", BROKEN),
        ("nonsense", "not a strict JSON object", ABOUT_ONE),
        ("page", "is a page, not JSON", BROKEN),
        ("huge", "larger than the limit", ABOUT_ONE),
        ("truncated", "broke off", BROKEN),
        ("redirect", "is a redirect", BROKEN),
        ("error", "has status 500", BROKEN),
    ];
    let remembered = provider.token(OPAQUE, "read");
    for (fault, event, calls) in faults {
        let before = events::count(&["WARN", event]);
        let lasting = App::start(introspection(&provider).max_staleness(60 * SECOND).breaker(3, SECOND));
        lasting.get(&remembered).expect("caller");
        provider.counts();
        provider.fault("introspection", Some(fault));
        let token = provider.token(OPAQUE, "read");
        let mut slowest = Duration::ZERO;
        for _ in 0..6 {
            let (status, took) = lasting.timed(&token);
            assert_eq!(status, 503, "{fault}");
            slowest = slowest.max(took);
        }
        Denied::unavailable().check(&lasting.get(&token));
        assert!(slowest < DEADLINE, "{fault}: {slowest:?}");
        let counts = provider.counts();
        assert!(counts.introspection <= calls, "{fault}: {counts:?}");
        assert_eq!(counts.elsewhere, 0, "{fault}: a redirect was followed");
        assert!(counts.taken < TAKEN_MAX, "{fault}: {counts:?}");
        assert!(events::count(&["WARN", event]) > before, "{fault}");
        assert_eq!(lasting.status(&remembered), 200, "what is remembered suffers nothing");
        provider.fault("introspection", None);
        let mended = await_that("the breaker closes", SOON, || lasting.status(&token) == 200);
        tell(&format!(
            "introspection {fault}: 503 within {slowest:?}, {} calls made for 7 requests; mended: good {mended:?} later",
            counts.introspection
        ));
    }

    // Killed, it loses its tokens; started again, it knows no token of before.
    let app = App::start(introspection(&provider).breaker(3, SECOND));
    app.get(&remembered).expect("caller");
    let load = load::of(&app, 4, &remembered);
    thread::sleep(SECOND / 2);
    provider.kill();
    let killed = Instant::now();
    await_that("nothing is remembered any more", SOON, || app.status(&remembered) == 503);
    let closed = killed.elapsed();
    provider.restart();
    await_that("a new token is good", SOON, || app.status(&provider.token(OPAQUE, "read")) == 200);
    let back = Instant::now();
    await_that("an old one is not", SOON, || app.status(&remembered) == 401);
    let told = load.end();
    let slowest = longest(&told);
    tell(&format!(
        "introspection killed under load: 503 after {closed:?}; {} requests, slowest {slowest:?}",
        told.len()
    ));
    assert!(closed < 2 * SECOND && slowest < DEADLINE, "{closed:?} {slowest:?}");
    assert!(told.iter().all(|told| [200, 401, 503].contains(&told.status)));
    let late = told.iter().filter(|told| told.asked > back);
    assert!(late.clone().all(|told| told.status != 200), "accepted although the provider forgot it");
}
