//! Keys from identity providers, against one that counts what it is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use futures_util::future::join_all;

use crate::jwt::tests::*;
use crate::provider::mock::{MockProvider, Reply};
use crate::provider::stopwatch::Stopwatch;
use crate::scheme::probe;
use crate::scheme::{Authentication, BearerScheme, Outcome, Scheme};
use crate::time::Clock;

mod key_sets;
mod shares;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

struct Fixed;

impl Clock for Fixed {
    fn read(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs())
    }
}

fn published(algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = match algorithm {
        Algorithm::ES256 => crate::jwt::tests::keys::ec_jwk(),
        Algorithm::RS256 => crate::jwt::tests::keys::rsa_jwk(),
        _ => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(der_tail(ED25519_PUBLIC))}),
    };
    jwk["kid"] = id.into();
    jwk
}

/// The raw key at the end of an Ed25519 SubjectPublicKeyInfo.
fn der_tail(pem: &[u8]) -> Vec<u8> {
    let text: String = str::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    der[der.len() - 32..].to_vec()
}

fn set(keys: &[Value]) -> Reply {
    Reply::json(json!({ "keys": keys }))
}

fn token(algorithm: Algorithm, id: &str) -> String {
    sign(algorithm, json!({"alg": algorithm.name(), "kid": id}), &good())
}

/// A token whose key nobody has; its signature is never looked at.
fn unknown(id: &str) -> String {
    sign_text(
        Algorithm::HS256,
        &signing_key(Algorithm::HS256),
        &json!({"alg": "ES256", "kid": id}).to_string(),
        &good().to_string(),
    )
}

struct Api {
    scheme: BearerScheme,
    time: Stopwatch,
}

impl Api {
    fn new(jwt: impl ReadyJwt) -> Self {
        let (mut settings, time) = (jwt.into_settings(), Stopwatch::movable());
        settings.jwt.as_mut().unwrap().key_sets.stopwatch = time.clone();
        Self { scheme: settings.build(None).unwrap(), time }
    }

    /// Of this provider's `/keys`.
    fn of(provider: &MockProvider) -> Self {
        Self::new(Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE))
    }

    async fn ready(provider: &MockProvider) -> Self {
        let api = Self::of(provider);
        eventually(|| api.scheme.is_ready()).await;
        api
    }

    fn start(&self, token: &str) -> Authentication {
        self.start_by(TestRequest::default(), token)
    }

    fn start_by(&self, request: TestRequest, token: &str) -> Authentication {
        let request = request.insert_header((AUTHORIZATION, format!("Bearer {token}"))).to_http_request();
        probe::begin(&self.scheme, &request, &(Arc::new(Fixed) as Arc<dyn Clock>)).unwrap()
    }

    /// The subject or the reason of a refusal, and whether it had to be waited for.
    async fn ask_how(&self, token: &str) -> (Result<String, Reason>, bool) {
        let (outcome, waited) = match self.start(token) {
            Authentication::Ready(outcome) => (outcome, false),
            Authentication::Pending(outcome) => (outcome.await, true),
        };
        let result = match outcome {
            Outcome::Verified(principal) => Ok(principal.subject().to_owned()),
            Outcome::Refused(rejection) => {
                assert_ne!(rejection.reason(), Reason::KeysUnavailable);
                Err(rejection.reason())
            }
            Outcome::Unavailable(unavailable) => Err(unavailable.reason()),
        };
        (result, waited)
    }

    async fn ask(&self, token: &str) -> Result<String, Reason> {
        self.ask_how(token).await.0
    }
}

async fn eventually(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(20), "never came true");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Gives what must not happen the time to happen.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

fn alice() -> Result<String, Reason> {
    Ok("alice".into())
}

#[actix_web::test]
async fn keys_come_in_the_background_and_known_ones_are_never_waited_for() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::RS256, "c")]));
    let api = Api::of(&provider);
    eventually(|| provider.asked("/keys").len() == 1).await;
    eventually(|| api.scheme.is_ready()).await;
    for _ in 0..3 {
        assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (alice(), false));
        assert_eq!(api.ask_how(&token(Algorithm::RS256, "c")).await, (alice(), false));
    }
    assert_eq!(provider.counts().0, 1);
}

#[actix_web::test]
async fn a_provider_that_is_down_answers_503_until_it_is_up() {
    let provider = MockProvider::start();
    provider.gone(true);
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::of(&provider);
    eventually(|| provider.counts().0 > 0).await;
    assert!(!api.scheme.is_ready());
    let asked = provider.counts().0;
    for _ in 0..50 {
        assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (Err(Reason::KeysUnavailable), false));
    }
    assert!(provider.counts().0 <= asked + 1, "no request causes a fetch");
    provider.gone(false);
    api.time.advance(MINUTE);
    eventually(|| api.scheme.is_ready()).await;
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice());
}

#[actix_web::test]
async fn nobody_listening_is_503_too() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let api = Api::new(Jwt::jwks_url(format!("http://{address}/keys")).issuer(ISSUER).audience(AUDIENCE));
    settle().await;
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, Err(Reason::KeysUnavailable));
    assert!(!api.scheme.is_ready());
}

#[actix_web::test]
async fn a_rotated_key_is_live_within_one_request() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::EdDSA, "b")]));
    assert_eq!(api.ask_how(&token(Algorithm::EdDSA, "b")).await, (alice(), true));
    assert_eq!(api.ask_how(&token(Algorithm::EdDSA, "b")).await, (alice(), false));
    assert_eq!(provider.counts().0, 2);
}

#[actix_web::test]
async fn an_unknown_key_is_401_only_when_a_fetch_begun_later_lacks_it() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    assert_eq!(api.ask_how(&unknown("x")).await, (Err(Reason::KeyUnknown), true));
    // What is known to be unknown leaves the last right to ask to others.
    assert_eq!(api.ask_how(&unknown("x")).await, (Err(Reason::KeysBusy), false));
    assert_eq!(provider.counts().0, 2);
    assert_eq!(api.ask_how(&unknown("y")).await, (Err(Reason::KeyUnknown), true));
    assert_eq!(api.ask_how(&unknown("z")).await, (Err(Reason::KeysBusy), false));
    assert_eq!(provider.counts().0, 3);
    // One more comes every 30 s.
    api.time.advance(29 * SECOND);
    assert_eq!(api.ask(&unknown("z")).await, Err(Reason::KeysBusy));
    api.time.advance(SECOND);
    assert_eq!(api.ask(&unknown("x")).await, Err(Reason::KeysBusy), "remembered");
    assert_eq!(api.ask(&unknown("z")).await, Err(Reason::KeyUnknown));
    // The full bucket serves the remembered too; known keys were never affected.
    api.time.advance(60 * SECOND);
    assert_eq!(api.ask(&unknown("x")).await, Err(Reason::KeyUnknown));
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice());
}

#[actix_web::test]
async fn an_id_that_was_unknown_is_forgotten_when_the_set_changes() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    assert_eq!(api.ask(&unknown("b")).await, Err(Reason::KeyUnknown));
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::RS256, "c")]));
    assert_eq!(api.ask(&token(Algorithm::RS256, "c")).await, alice());
    api.time.advance(30 * SECOND);
    provider.set("/keys", set(&[published(Algorithm::EdDSA, "b")]));
    assert_eq!(api.ask(&token(Algorithm::EdDSA, "b")).await, alice(), "with one right to ask, not two");
}

#[actix_web::test]
async fn a_fetch_that_fails_proves_nothing() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    provider.gone(true);
    assert_eq!(api.ask_how(&unknown("x")).await, (Err(Reason::KeysUnavailable), true));
    assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (alice(), false));
}

#[actix_web::test]
async fn a_fetch_begun_before_the_request_may_bring_the_key_but_proves_nothing() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    let slow = Duration::from_millis(500);
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::EdDSA, "b")]).after(slow));
    let Authentication::Pending(first) = api.start(&unknown("x")) else { panic!() };
    eventually(|| provider.counts().0 == 2).await;
    // Both come while it is under way: one finds its key in it, the other asks again.
    let Authentication::Pending(second) = api.start(&token(Algorithm::EdDSA, "b")) else { panic!() };
    let Authentication::Pending(third) = api.start(&unknown("y")) else { panic!() };
    let (first, second, third) = futures_util::future::join3(first, second, third).await;
    assert!(matches!(first, Outcome::Refused(_)) && matches!(second, Outcome::Verified(_)));
    assert!(matches!(third, Outcome::Refused(_)));
    assert_eq!(provider.counts(), (3, 1), "one after the other");
}

#[actix_web::test]
async fn a_token_that_is_no_good_anyway_asks_nobody() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    let unsigned = |header: Value, claims: Value| {
        sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), &header.to_string(), &claims.to_string())
    };
    let new = || json!({"alg": "ES256", "kid": "new"});
    for (header, claims, reason) in [
        (new(), with(json!({"exp": NOW - 3600})), Reason::TokenExpired),
        (new(), with(json!({"exp": null})), Reason::ClaimsInvalid),
        (new(), with(json!({"nbf": NOW + 3600})), Reason::TokenNotYetValid),
        (new(), with(json!({"iss": "https://other.example"})), Reason::IssuerWrong),
        (new(), with(json!({"aud": "https://other.example"})), Reason::AudienceWrong),
        (json!({"alg": "HS256", "kid": "new"}), good(), Reason::AlgorithmRefused),
        (json!({"alg": "none", "kid": "new"}), good(), Reason::AlgorithmRefused),
        (json!({"alg": "ES256", "kid": "new", "crit": ["x"]}), good(), Reason::CriticalUnknown),
        (json!({"alg": "ES256", "kid": "new", "typ": "logout+jwt"}), good(), Reason::TypeWrong),
        (json!({"alg": "ES256", "kid": "a"}), with(json!({"exp": NOW - 3600})), Reason::SignatureInvalid),
        (json!({"alg": "ES256", "kid": "a"}), with(json!({"aud": "other"})), Reason::SignatureInvalid),
    ] {
        assert_eq!(api.ask_how(&unsigned(header, claims)).await, (Err(reason), false));
    }
    assert_eq!(provider.counts().0, 1);
}

#[actix_web::test]
async fn a_flood_of_random_ids_causes_no_flood_of_fetches_and_locks_no_new_key_out() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]).after(Duration::from_millis(20)));
    let api = Api::ready(&provider).await;
    let (api, start) = (&api, Instant::now());
    let counts = join_all((0..200).map(|caller| async move {
        let (mut asked, mut absent) = (0, 0);
        while start.elapsed() < Duration::from_secs(3) {
            match api.ask(&unknown(&format!("{caller}-{asked}"))).await {
                Err(Reason::KeyUnknown) => absent += 1,
                other => assert_eq!(other, Err(Reason::KeysBusy)),
            }
            asked += 1;
            tokio::task::yield_now().await;
        }
        (asked, absent)
    }))
    .await;
    let (asked, absent) = counts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let (fetches, at_once) = provider.counts();
    eprintln!("flood: {asked} requests, {absent} answered 401, {fetches} fetches, {at_once} at once");
    assert!(asked > 1000 && absent > 0);
    assert_eq!((fetches, at_once), (3, 1), "the first one and a burst of two");
    // Known keys serve throughout, and a new one does once the bucket has refilled by one, flood or not.
    assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (alice(), false));
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::EdDSA, "b")]));
    assert_eq!(api.ask(&token(Algorithm::EdDSA, "b")).await, Err(Reason::KeysBusy), "never 401");
    api.time.advance(30 * SECOND);
    let flood: Vec<_> = (0..100).map(|caller| unknown(&format!("again-{caller}"))).collect();
    let (flooded, new) = futures_util::future::join(
        join_all(flood.iter().map(|token| api.ask(token))),
        api.ask(&token(Algorithm::EdDSA, "b")),
    )
    .await;
    assert_eq!(new, alice());
    assert!(flooded.into_iter().all(|one| one.is_err()));
    assert_eq!(provider.counts(), (4, 1));
}

#[actix_web::test]
async fn waiters_are_bounded() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]).after(Duration::from_millis(500)));
    let started: Vec<_> = (0..300).map(|number| api.start(&unknown(&number.to_string()))).collect();
    let waiting = started.iter().filter(|one| matches!(one, Authentication::Pending(_))).count();
    assert_eq!(waiting, 256);
    for one in started {
        if let Authentication::Ready(outcome) = one {
            assert_eq!(probe::reason(&outcome), Reason::KeysBusy);
        }
    }
    assert!(matches!(api.start(&unknown("later")), Authentication::Pending(_)), "who left waits no more");
}

#[actix_web::test]
async fn a_caller_waits_no_longer_than_the_timeout() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let jwt = Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE);
    let api = Api::new(jwt.provider_timeout(Duration::from_millis(300)));
    eventually(|| api.scheme.is_ready()).await;
    provider.set("/keys", set(&[]).after(3 * SECOND));
    let start = Instant::now();
    assert_eq!(api.ask(&unknown("x")).await, Err(Reason::KeysUnavailable));
    assert!(start.elapsed() < 2 * SECOND, "{:?}", start.elapsed());
    assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (alice(), false));
}

#[actix_web::test]
async fn a_withdrawn_key_stops_verifying_with_the_next_refresh_also_for_remembered_tokens() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]).header("Cache-Control", "max-age=300"));
    let api = Api::ready(&provider).await;
    let old = token(Algorithm::ES256, "a");
    assert_eq!(api.ask(&old).await, alice());
    provider.set("/keys", set(&[published(Algorithm::EdDSA, "b")]));
    api.time.advance(200 * SECOND);
    settle().await;
    assert_eq!((provider.counts().0, api.ask(&old).await), (1, alice()), "not before its time");
    api.time.advance(40 * SECOND);
    eventually(|| provider.counts().0 == 2).await;
    settle().await;
    assert_ne!(api.ask(&old).await, alice(), "at 80 % of 300 s");
    assert_eq!(api.ask(&token(Algorithm::EdDSA, "b")).await, alice());
}

#[actix_web::test]
async fn a_set_without_usable_keys_takes_the_old_ones_away() {
    for empty in [json!([]), json!([{"kty": "oct", "kid": "a", "alg": "HS256", "k": encode(SECRET)}])] {
        let provider = MockProvider::start();
        provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
        let api = Api::ready(&provider).await;
        assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice());
        provider.set("/keys", Reply::json(json!({ "keys": empty })));
        api.time.advance(8 * MINUTE);
        eventually(|| provider.counts().0 == 2).await;
        settle().await;
        assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, Err(Reason::KeysUnavailable));
    }
}

#[actix_web::test]
async fn the_last_good_keys_serve_for_the_stale_limit_and_no_longer() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]).header("Cache-Control", "max-age=300"));
    let api = Api::ready(&provider).await;
    let remembered = token(Algorithm::ES256, "a");
    assert_eq!(api.ask(&remembered).await, alice());
    provider.gone(true);
    // Lifetime and stale limit, less a second: real time passes too.
    api.time.advance(300 * SECOND + 3600 * SECOND - 10 * SECOND);
    eventually(|| provider.counts().0 >= 2).await;
    assert!(api.scheme.is_ready());
    assert_eq!(api.ask(&remembered).await, alice());
    api.time.advance(10 * SECOND);
    assert!(!api.scheme.is_ready());
    assert_eq!(api.ask_how(&remembered).await, (Err(Reason::KeysUnavailable), false));
    assert_eq!(api.ask_how(&unknown("x")).await, (Err(Reason::KeysUnavailable), false));
    provider.gone(false);
    api.time.advance(MINUTE);
    eventually(|| api.scheme.is_ready()).await;
    assert_eq!(api.ask(&remembered).await, alice());
}

#[actix_web::test]
async fn an_unchanged_set_is_asked_for_with_a_condition_and_forgets_nothing() {
    let provider = MockProvider::start();
    let reply = set(&[published(Algorithm::ES256, "a")]).header("Last-Modified", "Mon, 05 Jan 2026 00:00:00 GMT");
    provider.set("/keys", reply.clone().header("ETag", "\"v1\""));
    let jwt = Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE);
    let verifier = verifier(jwt);
    eventually(|| verifier.is_ready()).await;
    drop(verifier);
    let api = Api::ready(&provider).await;
    let before = provider.counts().0;
    api.time.advance(9 * MINUTE);
    eventually(|| provider.counts().0 == before + 1).await;
    let head = provider.asked("/keys").pop().unwrap().to_ascii_lowercase();
    assert!(head.contains("\r\nif-none-match: \"v1\"\r\n"), "{head}");
    assert!(head.contains("\r\nif-modified-since: mon, 05 jan 2026 00:00:00 gmt\r\n"), "{head}");
    // A 304 counts as an answer: the keys are as fresh as if they had been sent.
    settle().await;
    provider.gone(true);
    api.time.advance(65 * MINUTE);
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice());
    api.time.advance(6 * MINUTE);
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, Err(Reason::KeysUnavailable));
}

#[actix_web::test]
async fn answers_that_are_no_key_set_leave_the_last_good_one() {
    let good_set = || set(&[published(Algorithm::EdDSA, "b")]);
    let mut truncated = good_set();
    truncated.length = Some(truncated.body.len() + 1000);
    let mut garbage = good_set();
    garbage.raw = Some(b"\x16\x03\x01 this is no HTTP\r\n\r\n".to_vec());
    let mut endless = good_set();
    endless.raw = Some({
        let mut bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        (0..40).for_each(|_| bytes.extend_from_slice(&chunk));
        bytes
    });
    let elsewhere = MockProvider::start();
    elsewhere.set("/keys", good_set());
    let redirect = |status| Reply { status, ..good_set() }.header("Location", elsewhere.url("/keys"));
    for (what, reply) in [
        ("status 404", Reply { status: 404, ..good_set() }),
        ("status 500", Reply { status: 500, ..good_set() }),
        ("status 204", Reply { status: 204, ..good_set() }),
        ("status 206", Reply { status: 206, ..good_set() }),
        ("304 without condition", Reply { status: 304, body: Vec::new(), ..good_set() }),
        ("redirect", redirect(302)),
        ("redirect that keeps the method", redirect(308)),
        ("html", good_set().header("Content-Type", "text/html")),
        ("no JSON", Reply::json("<html>")),
        ("no set", Reply::json("{}")),
        ("a single key", Reply::json(published(Algorithm::EdDSA, "b"))),
        ("`keys` twice", Reply::json(r#"{"keys":[],"keys":[]}"#)),
        (
            "huge",
            Reply::json(format!(r#"{{"keys":[{}],"x":"{}"}}"#, published(Algorithm::EdDSA, "b"), "x".repeat(1 << 20))),
        ),
        ("endless", endless),
        ("truncated", truncated),
        ("garbage", garbage),
        ("slow", good_set().after(2 * SECOND)),
    ] {
        let provider = MockProvider::start();
        provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
        let jwt = Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE);
        let api = Api::new(jwt.provider_timeout(Duration::from_millis(800)));
        eventually(|| api.scheme.is_ready()).await;
        provider.set("/keys", reply);
        assert_eq!(api.ask(&token(Algorithm::EdDSA, "b")).await, Err(Reason::KeysUnavailable), "{what}");
        assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice(), "{what}");
    }
    assert_eq!(elsewhere.counts().0, 0, "redirects are not followed");
}

#[actix_web::test]
async fn unusable_keys_are_skipped_and_the_others_count() {
    let provider = MockProvider::start();
    let plus = |mut key: Value, name: &str, value: Value| {
        key[name] = value;
        key
    };
    let another = json!({"kty": "OKP", "crv": "Ed25519", "x": encode([7; 32]), "kid": "twice"});
    provider.set(
        "/keys",
        set(&[
            json!({"kty": "oct", "kid": "secret", "alg": "HS256", "k": encode(SECRET)}),
            json!({"kty": "unheard-of", "kid": "odd"}),
            json!(7),
            plus(published(Algorithm::RS256, "enc"), "use", json!("enc")),
            plus(published(Algorithm::RS256, "ops"), "key_ops", json!(["wrapKey"])),
            plus(published(Algorithm::RS256, "oaep"), "alg", json!("RSA-OAEP")),
            plus(published(Algorithm::ES256, "384"), "alg", json!("ES384")),
            published(Algorithm::EdDSA, "twice"),
            another,
            published(Algorithm::ES256, "a"),
        ]),
    );
    let api = Api::ready(&provider).await;
    assert_eq!(api.ask(&token(Algorithm::ES256, "a")).await, alice());
    for (algorithm, id) in [
        (Algorithm::RS256, "enc"),
        (Algorithm::RS256, "ops"),
        (Algorithm::RS256, "oaep"),
        (Algorithm::ES256, "384"),
        (Algorithm::EdDSA, "twice"),
        (Algorithm::HS256, "secret"),
    ] {
        assert!(api.ask(&token(algorithm, id)).await.is_err(), "{id}");
    }
    assert_ne!(api.ask(&sign(Algorithm::HS256, json!({"alg": "HS256"}), &good())).await, alice());
}

#[actix_web::test]
async fn an_issuer_says_itself_where_its_keys_are() {
    for (document, path) in [
        ("/.well-known/openid-configuration", ""),
        ("/realms/a/.well-known/openid-configuration", "/realms/a"),
        ("/.well-known/oauth-authorization-server", ""),
        ("/.well-known/oauth-authorization-server/realms/a", "/realms/a"),
        ("/.well-known/openid-configuration/realms/a", "/realms/a"),
    ] {
        let provider = MockProvider::start();
        let issuer = provider.url(path);
        provider.set(document, Reply::json(json!({"issuer": issuer, "jwks_uri": provider.url("/k")})));
        provider.set("/k", set(&[published(Algorithm::ES256, "a")]));
        let api = Api::new(Jwt::oidc(issuer.clone()).audience(AUDIENCE));
        eventually(|| api.scheme.is_ready()).await;
        let of =
            |issuer: &str| sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "a"}), &with(json!({"iss": issuer})));
        assert_eq!(api.ask(&of(&issuer)).await, alice());
        assert_eq!(api.ask(&of(&format!("{issuer}/"))).await, Err(Reason::IssuerWrong));
        // Metadata are asked for once in a while, keys whenever it is due.
        let before = provider.asked(document).len();
        let _ =
            api.ask(&sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "x"}), &with(json!({"iss": issuer})))).await;
        assert_eq!((provider.asked(document).len(), provider.asked("/k").len()), (before, 2));
    }
}

/// It was asked at two more addresses at once, and at all three again after a second.
#[actix_web::test]
async fn a_provider_that_is_asked_too_often_is_left_alone_as_long_as_it_says() {
    let provider = MockProvider::start();
    let issuer = provider.url("/realms/a");
    let document = "/realms/a/.well-known/openid-configuration";
    provider.set(document, Reply::status(429).header("Retry-After", "60"));
    let api = Api::new(Jwt::oidc(issuer).audience(AUDIENCE));
    eventually(|| provider.counts().0 > 0).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!((provider.counts().0, provider.asked(document).len()), (1, 1));
    assert!(!api.scheme.is_ready());
}

#[actix_web::test]
async fn metadata_of_another_issuer_or_with_an_unsafe_address_are_not_believed() {
    let provider = MockProvider::start();
    let other = MockProvider::start();
    other.set("/k", set(&[published(Algorithm::ES256, "a")]));
    provider.set("/k", set(&[published(Algorithm::ES256, "a")]));
    let issuer = provider.url("");
    for (said, keys) in [
        (other.url(""), other.url("/k")),
        (format!("{issuer}/"), provider.url("/k")),
        (issuer.clone(), "http://192.0.2.1/k".into()),
        (issuer.clone(), "file:///etc/passwd".into()),
        (issuer.clone(), "/k".into()),
    ] {
        let document = Reply::json(json!({"issuer": said, "jwks_uri": keys}));
        provider.set("/.well-known/openid-configuration", document);
        let before = provider.counts().0;
        let api = Api::new(Jwt::oidc(issuer.clone()).audience(AUDIENCE));
        eventually(|| provider.counts().0 > before).await;
        settle().await;
        assert!(!api.scheme.is_ready(), "{said} {keys}");
    }
    assert_eq!((other.counts().0, provider.asked("/k").len()), (0, 0));
}

#[actix_web::test]
async fn each_provider_behind_one_name_vouches_for_its_own_tokens_only() {
    let (one, two) = (MockProvider::start(), MockProvider::start());
    one.set("/keys", set(&[published(Algorithm::ES256, "k")]));
    two.set("/keys", set(&[published(Algorithm::EdDSA, "k")]));
    let partner = "https://partner.example";
    let api = Api::new(
        Jwt::jwks_url(one.url("/keys"))
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .add_issuer(Issuer::new(partner, Key::jwks_url(two.url("/keys")))),
    );
    eventually(|| api.scheme.is_ready()).await;
    assert_eq!(api.ask(&of(Algorithm::ES256, ISSUER, "k")).await, alice());
    assert_eq!(api.ask(&of(Algorithm::EdDSA, partner, "k")).await, alice());
    assert_eq!(api.ask(&of(Algorithm::EdDSA, ISSUER, "k")).await, Err(Reason::AlgorithmRefused));
    assert_eq!(api.ask(&of(Algorithm::ES256, partner, "k")).await, Err(Reason::AlgorithmRefused));
    // Only the issuer that is named is asked, each from a bucket of its own.
    for (id, subject) in [("x", "bob"), ("y", "alice"), ("z", "bob")] {
        let claims = with(json!({"iss": partner, "sub": subject}));
        let _ = api.ask(&sign(Algorithm::EdDSA, json!({"alg": "EdDSA", "kid": id}), &claims)).await;
    }
    assert_eq!((one.counts().0, two.counts().0), (1, 3));
    assert_eq!(api.ask(&of(Algorithm::ES256, ISSUER, "x")).await, Err(Reason::KeyUnknown));
}

fn of(algorithm: Algorithm, issuer: &str, id: &str) -> String {
    sign(algorithm, json!({"alg": algorithm.name(), "kid": id}), &with(json!({"iss": issuer})))
}

/// Tenants `https://a.test` and `https://b.test`, whose keys are at `/a` and `/b`; how often each name was asked for.
struct Directory {
    provider: Arc<MockProvider>,
    asked: Mutex<Vec<String>>,
    down: AtomicBool,
    left: AtomicBool,
}

impl Directory {
    fn new() -> Arc<Self> {
        let provider = Arc::new(MockProvider::start());
        provider.set("/a", set(&[published(Algorithm::ES256, "k")]));
        provider.set("/b", set(&[published(Algorithm::EdDSA, "k")]));
        Arc::new(Self { provider, asked: Mutex::default(), down: AtomicBool::new(false), left: AtomicBool::new(false) })
    }

    fn api(self: &Arc<Self>) -> Api {
        let directory = Arc::clone(self);
        let find = move |name: String| {
            let directory = Arc::clone(&directory);
            async move {
                directory.asked.lock().unwrap().push(name.clone());
                tokio::time::sleep(Duration::from_millis(20)).await;
                if directory.down.load(Ordering::SeqCst) {
                    return Err("the directory is down");
                }
                let path = match &*name {
                    "https://a.test" if !directory.left.load(Ordering::SeqCst) => "/a",
                    "https://b.test" => "/b",
                    "https://panics.test" => panic!("on purpose"),
                    "https://liar.test" => {
                        return Ok(Some(Issuer::new("https://a.test", Key::jwks_url(directory.provider.url("/a")))));
                    }
                    _ => return Ok(None),
                };
                Ok(Some(Issuer::new(name, Key::jwks_url(directory.provider.url(path)))))
            }
        };
        Api::new(Jwt::tenants(find).audience(AUDIENCE))
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[actix_web::test]
async fn a_tenant_is_found_once_and_vouches_for_its_own_tokens_only() {
    let directory = Directory::new();
    let api = directory.api();
    let (a, b) = ("https://a.test", "https://b.test");
    let tokens: Vec<_> = (0..20).map(|_| of(Algorithm::ES256, a, "k")).collect();
    assert!(join_all(tokens.iter().map(|token| api.ask(token))).await.into_iter().all(|one| one == alice()));
    assert_eq!((directory.asked(), directory.provider.counts().0), (1, 1), "one call, one fetch");
    assert_eq!(api.ask_how(&tokens[0]).await, (alice(), false));
    assert_eq!(api.ask_how(&of(Algorithm::EdDSA, b, "k")).await, (alice(), true));
    assert_eq!(api.ask_how(&of(Algorithm::EdDSA, a, "k")).await, (Err(Reason::AlgorithmRefused), false));
    assert_eq!(api.ask_how(&of(Algorithm::EdDSA, a, "x")).await, (Err(Reason::KeyUnknown), true));
    assert_eq!(directory.asked(), 2);
}

#[actix_web::test]
async fn a_name_without_a_tenant_is_refused_and_remembered_for_a_minute() {
    let directory = Directory::new();
    let api = directory.api();
    let stranger = of(Algorithm::ES256, "https://evil.test", "k");
    assert_eq!(api.ask_how(&stranger).await, (Err(Reason::IssuerWrong), true));
    assert_eq!(api.ask_how(&stranger).await, (Err(Reason::IssuerWrong), false));
    assert_eq!(directory.asked(), 1);
    api.time.advance(MINUTE);
    assert_eq!(api.ask_how(&stranger).await, (Err(Reason::IssuerWrong), true));
    assert_eq!(directory.asked(), 2);
    // Nor is anybody looked for on behalf of a token that is no good anyway.
    let expired = with(json!({"iss": "https://other.test", "exp": NOW - 3600}));
    let expired = sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "k"}), &expired);
    assert_eq!(api.ask(&expired).await, Err(Reason::TokenExpired));
    assert_eq!(
        api.ask(&of(Algorithm::ES256, &format!("https://{}", "x".repeat(3000)), "k")).await,
        Err(Reason::IssuerWrong)
    );
    assert_eq!(directory.asked(), 2);
    assert_eq!(directory.provider.counts().0, 0, "`iss` is never an address");
}

#[actix_web::test]
async fn a_function_that_fails_panics_or_lies_is_503() {
    let directory = Directory::new();
    let api = directory.api();
    for name in ["https://panics.test", "https://liar.test"] {
        assert_eq!(api.ask(&of(Algorithm::ES256, name, "k")).await, Err(Reason::KeysUnavailable), "{name}");
    }
    directory.down.store(true, Ordering::SeqCst);
    assert_eq!(api.ask(&of(Algorithm::ES256, "https://a.test", "k")).await, Err(Reason::KeysUnavailable));
    directory.down.store(false, Ordering::SeqCst);
    assert_eq!(api.ask(&of(Algorithm::ES256, "https://a.test", "k")).await, alice(), "a failure is not remembered");
}

#[actix_web::test]
async fn a_flood_of_names_calls_the_function_within_its_budget() {
    let directory = Directory::new();
    let api = directory.api();
    assert_eq!(api.ask(&of(Algorithm::ES256, "https://a.test", "k")).await, alice());
    let names: Vec<_> = (0..500).map(|number| of(Algorithm::ES256, &format!("https://{number}.test"), "k")).collect();
    let start = Instant::now();
    let answers = join_all(names.iter().map(|token| api.ask(token))).await;
    let refused = answers.iter().filter(|one| **one == Err(Reason::IssuerWrong)).count();
    let budget = 50 + usize::try_from(start.elapsed().as_millis() / 100).unwrap();
    assert!(refused > 0 && directory.asked() <= budget + 1, "{} calls", directory.asked());
    let busy = answers.iter().filter(|answer| **answer == Err(Reason::KeysBusy)).count();
    assert_eq!(refused + busy, 500);
    assert_eq!(api.ask_how(&of(Algorithm::ES256, "https://a.test", "k")).await, (alice(), false));
}

#[actix_web::test]
async fn a_tenant_that_left_stops_verifying_also_for_remembered_tokens() {
    let directory = Directory::new();
    let api = directory.api();
    let token = of(Algorithm::ES256, "https://a.test", "k");
    assert_eq!(api.ask(&token).await, alice());
    // A directory that is down takes nobody away, for a while.
    directory.down.store(true, Ordering::SeqCst);
    api.time.advance(15 * MINUTE);
    assert_eq!(api.ask(&token).await, alice());
    eventually(|| directory.asked() == 2).await;
    settle().await;
    assert_eq!(api.ask_how(&token).await, (alice(), false));
    settle().await;
    assert_eq!(directory.asked(), 2, "not again within 30 s");
    api.time.advance(MINUTE);
    assert_eq!(api.ask_how(&token).await, (alice(), false));
    eventually(|| directory.asked() == 3).await;
    settle().await;
    directory.down.store(false, Ordering::SeqCst);
    directory.left.store(true, Ordering::SeqCst);
    api.time.advance(MINUTE);
    let _ = api.ask(&token).await;
    eventually(|| directory.asked() == 4).await;
    settle().await;
    assert_eq!(api.ask_how(&token).await, (Err(Reason::IssuerWrong), false));
}

#[actix_web::test]
async fn a_directory_that_is_away_for_too_long_is_503() {
    let directory = Directory::new();
    let api = directory.api();
    let token = of(Algorithm::ES256, "https://a.test", "k");
    assert_eq!(api.ask(&token).await, alice());
    directory.down.store(true, Ordering::SeqCst);
    api.time.advance(75 * MINUTE);
    assert_eq!(api.ask(&token).await, Err(Reason::KeysUnavailable));
    // Nor is it said to be busy while names are asked for that nobody has.
    let names: Vec<_> = (0..100).map(|number| of(Algorithm::ES256, &format!("https://{number}.test"), "k")).collect();
    let answers = join_all(names.iter().map(|token| api.ask(token))).await;
    assert!(answers.contains(&Err(Reason::KeysBusy)), "{answers:?}");
    assert_eq!(api.ask(&token).await, Err(Reason::KeysUnavailable));
}

#[actix_web::test]
async fn the_validators_of_one_address_are_not_sent_to_another() {
    let provider = MockProvider::start();
    let issuer = provider.url("");
    let metadata = |path: &str| Reply::json(json!({"issuer": issuer, "jwks_uri": provider.url(path)}));
    provider.set("/.well-known/openid-configuration", metadata("/old"));
    provider.set("/old", set(&[published(Algorithm::ES256, "a")]).header("ETag", "\"1\""));
    let api = Api::new(Jwt::oidc(issuer.clone()).audience(AUDIENCE));
    eventually(|| api.scheme.is_ready()).await;
    let withdrawn = of(Algorithm::ES256, &issuer, "a");
    assert_eq!(api.ask(&withdrawn).await, alice());
    // The provider moves and replaces its keys; the new address counts its versions as the old one did.
    provider.set("/old", Reply::status(404));
    provider.set("/.well-known/openid-configuration", metadata("/new"));
    provider.set("/new", set(&[published(Algorithm::EdDSA, "b")]).header("ETag", "\"1\""));
    for _ in 0..5 {
        api.time.advance(9 * MINUTE);
        settle().await;
    }
    assert_eq!(api.ask(&of(Algorithm::EdDSA, &issuer, "b")).await, alice());
    assert_eq!(api.ask(&withdrawn).await, Err(Reason::KeyUnknown));
}

#[actix_web::test]
async fn of_two_sources_the_one_that_answers_counts_whatever_their_order() {
    let (away, there) = (MockProvider::start(), MockProvider::start());
    away.set("/keys", Reply::status(500));
    there.set("/keys", set(&[published(Algorithm::ES256, "k")]));
    for (first, second) in [(&there, &away), (&away, &there)] {
        let api = Api::new(
            Jwt::jwks_url(first.url("/keys"))
                .add_key(Key::jwks_url(second.url("/keys")))
                .issuer(ISSUER)
                .audience(AUDIENCE),
        );
        settle().await;
        settle().await;
        assert_eq!(api.ask(&of(Algorithm::ES256, ISSUER, "k")).await, alice());
    }
}

#[actix_web::test]
async fn a_tenant_may_have_a_secret_of_its_own() {
    let find = |name: String| async move {
        Ok::<_, std::convert::Infallible>((name == "https://a.test").then(|| Issuer::new(name, Key::hs256(SECRET))))
    };
    let api = Api::new(Jwt::tenants(find).audience(AUDIENCE));
    let token = sign(Algorithm::HS256, json!({"alg": "HS256"}), &with(json!({"iss": "https://a.test"})));
    assert_eq!(api.ask(&token).await, alice());
}

#[actix_web::test]
async fn a_tenant_whose_provider_fails_is_looked_for_now_and_then_whatever_the_flood() {
    let directory = Directory::new();
    let api = directory.api();
    let token = of(Algorithm::ES256, "https://a.test", "k");
    assert_eq!(api.ask(&token).await, alice());
    directory.provider.set("/a", Reply::status(500));
    api.time.advance(15 * MINUTE);
    settle().await;
    let before = directory.provider.asked("/a").len();
    for _ in 0..40 {
        assert_eq!(api.ask(&token).await, alice(), "its last good keys serve");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let fetches = directory.provider.asked("/a").len() - before;
    assert!(fetches <= 3, "{fetches} fetches for 40 requests");
    // Strangers use up their own budget.
    directory.provider.set("/a", set(&[published(Algorithm::ES256, "k")]));
    let looked_for = || directory.asked.lock().unwrap().iter().filter(|name| **name == "https://a.test").count();
    let known = looked_for();
    api.time.advance(MINUTE);
    let flood: Vec<_> =
        (0..300).map(|number| of(Algorithm::ES256, &format!("https://{number}.evil.test"), "k")).collect();
    let started: Vec<_> = flood.iter().map(|token| api.start(token)).collect();
    assert_eq!(api.ask(&token).await, alice());
    settle().await;
    assert_eq!(looked_for(), known + 1);
    drop(started);
}

#[actix_web::test]
async fn a_dropped_configuration_asks_no_more() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    let Api { scheme, time } = api;
    drop(scheme);
    time.advance(600 * MINUTE);
    settle().await;
    assert_eq!(provider.counts().0, 1);
}

#[test]
fn what_cannot_be_asked_or_meant_fails_in_build() {
    let of = |url: &str| Jwt::jwks_url(url).issuer(ISSUER).audience(AUDIENCE);
    for (fault, part) in [
        (fault(of("http://idp.example/keys")), "plain http is for loopback hosts only; use https"),
        (fault(of("https://user:secret@idp.example/keys")), "holds credentials"),
        (fault(of("idp.example")), "not a URL"),
        (fault(Jwt::oidc("http://idp.example").audience(AUDIENCE)), "`oidc`: plain http"),
        (fault(Jwt::oidc("https://idp.example?a=b").audience(AUDIENCE)), "the issuer has a query"),
        (fault(Jwt::key(Key::jwks_url("https://idp.example").id("a")).issuer(ISSUER).audience(AUDIENCE)), "`.id(…)`"),
        (fault(of("https://idp.example").add_key(Key::hs256(SECRET))), "shared secrets beside public keys"),
        (fault(of("https://idp.example").jwks_refresh(MINUTE..=SECOND)), "`.jwks_refresh(…)`"),
        (fault(of("https://idp.example").jwks_refresh(Duration::ZERO..=MINUTE)), "`.jwks_refresh(…)`"),
        (fault(of("https://idp.example").jwks_max_staleness(Duration::MAX)), "`.jwks_max_staleness(…)`"),
        (fault(of("https://idp.example").provider_timeout(Duration::ZERO)), "`.provider_timeout(…)`"),
        (fault(of("https://idp.example").dangerous_plain_http("http://idp")), "`.dangerous_plain_http(…)`"),
        (fault(of("https://idp.example").proxy("x y")), "`.proxy(…)`"),
        (fault(of("https://idp.example").root_certificate("x")), "`.root_certificate(…)`"),
        (
            fault(
                Jwt::tenants(|_| async { Ok::<_, std::convert::Infallible>(None) })
                    .audience(AUDIENCE)
                    .fetch_with_token_file("/token"),
            ),
            "`.fetch_with_token_file(…)`: there is no first issuer",
        ),
    ] {
        assert!(fault.to_string().contains(part) && !fault.to_string().contains("secret@"), "{fault}");
    }
}
