//! Opaque tokens through the `bearer` scheme, against an endpoint on this machine.

mod mock;
mod shapes;
mod shares;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::test::TestRequest;
use futures_util::future::join_all;
use serde_json::{Value, json};

use self::mock::{Mock, Reply};
use crate::crypto::Algorithm;
use crate::denial::Reason;
use crate::introspection::*;
use crate::jwt::{Audiences, IntoSettings as _, Jwt, JwtError, ReadyJwt, Said};
use crate::keys::compact::Compact;
use crate::principal::Principal;
use crate::provider::client::IDLE;
use crate::scheme::probe;
use crate::scheme::{Authentication, BearerScheme, Outcome, Recognition};
use crate::time::{Clock, UnixTime};

const NOW: UnixTime = 1_767_225_600;
const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";
const SECRET: &str = "s3cr+t/=&%: ü";

struct At(UnixTime);

impl Clock for At {
    fn read(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.try_into().unwrap())
    }
}

/// An answer that is accepted.
fn good() -> Value {
    json!({
        "active": true, "iss": ISSUER, "aud": [AUDIENCE, "other"], "sub": "alice", "exp": NOW + 600,
        "scope": "read write", "token_type": "Bearer", "roles": ["ops"],
    })
}

/// A good answer with some members replaced; `null` removes one.
fn with(changes: Value) -> Value {
    let mut answer = good();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => answer.as_object_mut().unwrap().remove(name),
            value => answer.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    answer
}

fn introspection(mock: &Mock) -> Introspection<Said, Audiences, Said> {
    Introspection::new(mock.url()).client_secret_basic("our id", SECRET).issuer(ISSUER).audience(AUDIENCE)
}

fn scheme(ready: impl ReadyJwt) -> BearerScheme {
    ready.into_settings().build(None).unwrap()
}

fn begin(scheme: &BearerScheme, token: &str, now: UnixTime) -> Authentication {
    begin_with(scheme, TestRequest::default(), token, now)
}

fn begin_with(scheme: &BearerScheme, request: TestRequest, token: &str, now: UnixTime) -> Authentication {
    let request = request.append_header(("Authorization", format!("Bearer {token}"))).to_http_request();
    let clock: Arc<dyn Clock> = Arc::new(At(now));
    probe::begin(scheme, &request, &clock).unwrap()
}

async fn ask_at(scheme: &BearerScheme, token: &str, now: UnixTime) -> Outcome {
    match begin(scheme, token, now) {
        Authentication::Ready(outcome) => outcome,
        Authentication::Pending(outcome) => outcome.await,
    }
}

async fn ask(scheme: &BearerScheme, token: &str) -> Outcome {
    ask_at(scheme, token, NOW).await
}

fn verified(outcome: Outcome) -> Principal {
    match outcome {
        Outcome::Verified(principal) => principal,
        other => panic!("{other:?}"),
    }
}

/// Asks from an address.
async fn ask_from(scheme: &BearerScheme, host: u8, token: &str) -> Outcome {
    let request = TestRequest::default().peer_addr(([192, 0, 2, host], 1).into());
    match begin_with(scheme, request, token, NOW) {
        Authentication::Ready(outcome) => outcome,
        Authentication::Pending(outcome) => outcome.await,
    }
}

/// The reason of a 401 or 400.
fn rejected(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Refused(rejection) => rejection.reason(),
        other => panic!("{other:?}"),
    }
}

/// The reason of a 500 or 503.
fn unavailable(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Unavailable(unavailable) => unavailable.reason(),
        other => panic!("{other:?}"),
    }
}

/// What one answer makes of a token.
async fn judged(answer: Value) -> Outcome {
    let mock = Mock::start(move |_| Reply::json(&answer));
    ask(&scheme(introspection(&mock)), "token").await
}

#[actix_web::test]
async fn an_active_token_is_the_principal_of_its_answer() {
    let principal = verified(judged(good()).await);
    assert_eq!(
        (principal.scheme(), principal.issuer(), principal.subject(), principal.expires_at()),
        ("bearer", Some(ISSUER), "alice", Some(NOW + 600))
    );
    assert_eq!(principal.scopes().unwrap().collect::<Vec<_>>(), ["read", "write"]);
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["ops"]);
    assert_eq!(principal.claims().unwrap().get("active"), Some(&json!(true)));
    assert_eq!(verified(judged(with(json!({"exp": null}))).await).expires_at(), None);
}

#[actix_web::test]
async fn only_the_literal_true_is_active() {
    for active in [json!(false), json!("true"), json!(1), json!([true]), json!({"a": true}), json!("active")] {
        let mut answer = good();
        answer.as_object_mut().unwrap().insert("active".into(), active.clone());
        assert_eq!(rejected(&judged(answer).await), Reason::TokenInactive, "{active}");
    }
    let null = Mock::start(|_| Reply::ok(good().to_string().replace("\"active\":true", "\"active\":null")));
    assert_eq!(rejected(&ask(&scheme(introspection(&null)), "token").await), Reason::TokenInactive);
}

#[actix_web::test]
async fn issuer_audience_times_type_and_binding_of_the_answer_are_checked() {
    for (changes, reason) in [
        (json!({"iss": "https://evil.example"}), Reason::IssuerWrong),
        (json!({"iss": null}), Reason::IssuerWrong),
        (json!({"aud": "other"}), Reason::AudienceWrong),
        (json!({"aud": null}), Reason::AudienceWrong),
        (json!({"aud": [AUDIENCE, 1]}), Reason::ClaimsInvalid),
        (json!({"exp": NOW - 60}), Reason::TokenExpired),
        (json!({"exp": "never"}), Reason::ClaimsInvalid),
        (json!({"exp": -1}), Reason::ClaimsInvalid),
        (json!({"nbf": NOW + 61}), Reason::TokenNotYetValid),
        (json!({"iat": NOW + 61}), Reason::TokenNotYetValid),
        (json!({"sub": null}), Reason::ClaimsInvalid),
        (json!({"sub": ""}), Reason::ClaimsInvalid),
        (json!({"token_type": null}), Reason::TypeWrong),
        (json!({"token_type": "refresh_token"}), Reason::TypeWrong),
        (json!({"token_type": 1}), Reason::ClaimsInvalid),
        (json!({"token_type": "DPoP"}), Reason::TokenBound),
        (json!({"token_use": "refresh_token"}), Reason::TypeWrong),
        (json!({"typ": "Refresh"}), Reason::TypeWrong),
        (json!({"cnf": {"jkt": "x"}}), Reason::TokenBound),
    ] {
        assert_eq!(rejected(&judged(with(changes.clone())).await), reason, "{changes}");
    }
    for changes in [
        json!({"exp": NOW - 59}),
        json!({"token_type": "bearer"}),
        json!({"token_type": null, "typ": "Bearer"}),
        json!({"token_type": null, "token_use": "access_token"}),
        json!({"scope": null}),
    ] {
        verified(judged(with(changes)).await);
    }
}

#[actix_web::test]
async fn what_is_weaker_must_be_said() {
    let mock = Mock::start(|_| Reply::json(&json!({"active": true, "client_id": "job"})));
    let open = Introspection::new(mock.url())
        .client_secret_basic("id", SECRET)
        .dangerous_any_issuer()
        .dangerous_any_audience()
        .dangerous_any_token_type()
        .subject_claim("client_id");
    let principal = verified(ask(&scheme(open), "token").await);
    assert_eq!((principal.subject(), principal.issuer(), principal.scopes().is_none()), ("job", None, true));
}

#[actix_web::test]
async fn what_is_no_answer_says_nothing_about_the_token() {
    let twice = good().to_string().replacen('{', "{\"active\":false,", 1);
    let huge = with(json!({"x": "x".repeat(64 * 1024)})).to_string();
    let inactive_page = Reply { content_type: "text/html", ..Reply::ok(good().to_string()) };
    let replies = [
        Reply::ok(""),
        Reply::ok("true"),
        Reply::ok("{}"),
        Reply::ok("{\"active\":true"),
        Reply::ok(format!("[{}]", good())),
        Reply::ok(format!("{}x", good())),
        Reply::ok(twice),
        Reply::ok(huge),
        inactive_page,
        Reply::status(500, good().to_string()),
        Reply::status(404, "{}"),
        Reply::status(429, "{}"),
        Reply::status(201, good().to_string()),
    ];
    for reply in replies {
        let shown = format!("{} {:.40}", reply.status, reply.body);
        let mock = Mock::start(move |_| reply.clone());
        let outcome = ask(&scheme(introspection(&mock)), "token").await;
        assert_eq!(unavailable(&outcome), Reason::IntrospectionUnavailable, "{shown}");
    }
    assert_eq!(Reason::IntrospectionUnavailable.status(), 503);
}

#[actix_web::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let mock = Mock::start(move |call| {
            let location = if call.path == "/introspect" { "/elsewhere" } else { "" };
            match location {
                "" => Reply::json(&good()),
                _ => Reply { location: Some(location), ..Reply::status(status, "") },
            }
        });
        let outcome = ask(&scheme(introspection(&mock)), "token").await;
        assert_eq!(unavailable(&outcome), Reason::IntrospectionUnavailable);
        assert_eq!(mock.paths(), ["/introspect"], "{status}");
    }
}

#[actix_web::test]
async fn our_own_credentials_rejected_are_our_failure_and_no_callers() {
    for reply in [
        Reply::status(401, ""),
        Reply::status(403, ""),
        Reply::status(400, r#"{"error":"invalid_client"}"#),
        Reply::status(400, r#"{"error":"unauthorized_client"}"#),
    ] {
        let mock = Mock::start(move |_| reply.clone());
        let scheme = scheme(introspection(&mock).breaker(2, Duration::from_secs(60)));
        for _ in 0..4 {
            assert_eq!(unavailable(&ask(&scheme, "token").await), Reason::IntrospectionRefused);
        }
        assert_eq!(mock.calls(), 2, "also left alone, lest an account be locked");
    }
    assert_eq!(Reason::IntrospectionRefused.status(), 500);
}

#[actix_web::test]
async fn a_token_the_endpoint_cannot_take_does_not_cut_off_the_others() {
    let mock = Mock::start(|call| match call.field("token").as_deref() {
        Some("good") => Reply::json(&good()),
        _ => Reply::status(400, r#"{"error":"invalid_request"}"#),
    });
    let scheme = scheme(introspection(&mock).breaker(1, Duration::from_secs(60)));
    for token in ["bad1", "bad2", "bad3"] {
        assert_eq!(unavailable(&ask(&scheme, token).await), Reason::IntrospectionUnavailable);
    }
    verified(ask(&scheme, "good").await);
}

#[actix_web::test]
async fn a_token_of_a_kind_the_endpoint_does_not_know_is_refused_for_good() {
    let mock = Mock::start(|_| Reply::status(400, r#"{"error":"unsupported_token_type"}"#));
    let scheme = scheme(introspection(&mock).breaker(1, Duration::from_secs(60)));
    for _ in 0..3 {
        assert_eq!(rejected(&ask(&scheme, "e30.e30.e30").await), Reason::TokenInactive);
    }
    assert_eq!(mock.calls(), 1, "and remembered as such");
    assert_eq!(rejected(&ask(&scheme, "other").await), Reason::TokenInactive, "the endpoint works");
}

#[actix_web::test]
async fn the_same_token_at_the_same_time_is_asked_about_once() {
    let mock = Mock::start(|_| Reply { delay: Duration::from_millis(300), ..Reply::json(&good()) });
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO));
    let outcomes = join_all((0..100).map(|_| ask(&scheme, "token"))).await;
    assert_eq!(outcomes.len(), 100);
    outcomes.into_iter().for_each(|outcome| drop(verified(outcome)));
    assert_eq!(mock.calls(), 1);
    // Nothing is remembered here, so the next is a call of its own.
    verified(ask(&scheme, "token").await);
    assert_eq!(mock.calls(), 2);
}

#[actix_web::test]
async fn a_call_that_has_landed_is_joined_by_nobody() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO).calls_per_second(10_000));
    for _ in 0..300 {
        verified(ask(&scheme, "token").await);
    }
    assert_eq!(mock.calls(), 300);
}

#[actix_web::test]
async fn whoever_waits_gets_the_answer_though_the_first_one_went_away() {
    let mock = Mock::start(|_| Reply { delay: Duration::from_millis(200), ..Reply::json(&good()) });
    let scheme = scheme(introspection(&mock));
    let (first, second) = (begin(&scheme, "token", NOW), begin(&scheme, "token", NOW));
    drop(first);
    let Authentication::Pending(second) = second else { panic!("known already") };
    verified(second.await);
    assert_eq!(mock.calls(), 1);
}

#[actix_web::test]
async fn an_answer_counts_until_its_age_and_never_past_exp() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let kept = scheme(introspection(&mock));
    verified(ask(&kept, "token").await);
    assert!(matches!(begin(&kept, "token", NOW), Authentication::Ready(Outcome::Verified(_))), "without waiting");
    assert!(matches!(begin(&kept, "token", NOW + 599), Authentication::Ready(Outcome::Verified(_))));
    assert_eq!(mock.calls(), 1);
    // Leeway is for clocks that differ, not for keeping answers.
    verified(ask_at(&kept, "token", NOW + 600).await);
    assert_eq!(mock.calls(), 2);
    assert_eq!(rejected(&ask_at(&kept, "token", NOW + 660).await), Reason::TokenExpired);

    let brief = scheme(introspection(&mock).max_staleness(Duration::from_millis(100)));
    verified(ask(&brief, "other").await);
    let calls = mock.calls();
    tokio::time::sleep(Duration::from_millis(150)).await;
    verified(ask(&brief, "other").await);
    assert_eq!(mock.calls(), calls + 1);
}

#[actix_web::test]
async fn a_revoked_token_is_refused_once_its_answer_is_too_old() {
    let mock = Mock::start(|call| Reply::json(&if call.number == 0 { good() } else { json!({"active": false}) }));
    let scheme = scheme(introspection(&mock).max_staleness(Duration::from_millis(200)));
    verified(ask(&scheme, "token").await);
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(rejected(&ask(&scheme, "token").await), Reason::TokenInactive);
}

#[actix_web::test]
async fn refused_tokens_are_remembered_for_a_while() {
    let mock = Mock::start(|_| Reply::json(&json!({"active": false})));
    let kept = scheme(introspection(&mock));
    for _ in 0..10 {
        assert_eq!(rejected(&ask(&kept, "token").await), Reason::TokenInactive);
    }
    assert_eq!(mock.calls(), 1);
    let brief = scheme(introspection(&mock).inactive_age(Duration::from_millis(100)));
    ask(&brief, "token").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    ask(&brief, "token").await;
    assert_eq!(mock.calls(), 3);
}

#[actix_web::test]
async fn an_endpoint_that_fails_is_left_alone_and_what_is_known_serves() {
    let mock = Mock::start(|call| match call.number {
        0 | 4.. => Reply::json(&good()),
        _ => Reply::status(500, ""),
    });
    let scheme = scheme(introspection(&mock).breaker(3, Duration::from_secs(3)));
    verified(ask(&scheme, "known").await);
    for (host, token) in (1..).zip(["a", "b", "c", "d", "e"]) {
        assert_eq!(unavailable(&ask_from(&scheme, host, token).await), Reason::IntrospectionUnavailable);
    }
    assert_eq!(mock.calls(), 4);
    assert!(matches!(begin(&scheme, "a", NOW), Authentication::Ready(Outcome::Unavailable(_))), "at once");
    verified(ask(&scheme, "known").await);
    tokio::time::sleep(Duration::from_millis(3100)).await;
    verified(ask(&scheme, "a").await);
    verified(ask(&scheme, "b").await);
    assert_eq!(mock.calls(), 6);
}

#[actix_web::test]
async fn a_slow_endpoint_costs_its_time_limit_and_then_nothing() {
    let mock = Mock::start(|_| Reply { delay: Duration::from_secs(20), ..Reply::json(&good()) });
    let slow = introspection(&mock).timeout(Duration::from_millis(200)).breaker(2, Duration::from_secs(60));
    let scheme = scheme(slow);
    let begun = Instant::now();
    for (host, token) in (1..).zip(["a", "b", "c", "d"]) {
        assert_eq!(unavailable(&ask_from(&scheme, host, token).await), Reason::IntrospectionUnavailable);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(mock.calls(), 2);
}

#[actix_web::test]
async fn connections_are_shared_but_not_kept_idle_until_the_endpoint_closes_them() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let scheme = scheme(introspection(&mock));
    let mut peers = Vec::new();
    for token in ["a", "b", "c", "d", "e"] {
        verified(ask(&scheme, token).await);
        peers.push(mock.last().peer.unwrap());
    }
    let different: HashSet<_> = peers.iter().collect();
    assert!(different.len() < peers.len(), "{peers:?}");
    tokio::time::sleep(IDLE + Duration::from_millis(100)).await;
    verified(ask(&scheme, "f").await);
    assert!(!peers.contains(&mock.last().peer.unwrap()));
}

#[actix_web::test]
async fn an_endpoint_that_is_not_there_is_unavailable() {
    let gone = Introspection::new("http://127.0.0.1:1/introspect").client_secret_basic("id", SECRET);
    let scheme = scheme(gone.issuer(ISSUER).audience(AUDIENCE));
    assert_eq!(unavailable(&ask(&scheme, "token").await), Reason::IntrospectionUnavailable);
}

#[actix_web::test]
async fn calls_have_a_budget_and_remembered_tokens_need_none() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let scheme = scheme(introspection(&mock).calls_per_second(1));
    verified(ask(&scheme, "a").await);
    let mut refused = 0;
    for number in 0..20 {
        refused += usize::from(matches!(ask(&scheme, &format!("t{number}")).await, Outcome::Unavailable(_)));
        verified(ask(&scheme, "a").await);
    }
    assert_eq!(mock.calls(), 21 - refused);
    assert!(refused > 0, "all passed");
}

#[actix_web::test]
async fn no_more_calls_than_places_are_under_way() {
    let mock = Mock::start(|_| Reply { delay: Duration::from_millis(100), ..Reply::json(&good()) });
    let scheme = scheme(introspection(&mock).calls_at_once(2));
    let tokens: Vec<String> = (0..8).map(|number| format!("t{number}")).collect();
    join_all(tokens.iter().map(|token| ask(&scheme, token))).await.into_iter().for_each(|it| drop(verified(it)));
    assert_eq!((mock.calls(), mock.most_at_once()), (8, 2));
}

#[actix_web::test]
async fn each_method_proves_who_we_are() {
    let mock = Mock::start(|_| Reply::json(&good()));
    verified(ask(&scheme(introspection(&mock)), "to~ken+/=").await);
    let call = mock.last();
    // RFC 6749 section 2.3.1: form-encoded, then joined. `our id`, and the secret.
    let expected = "our%20id:s3cr%2Bt%2F%3D%26%25%3A%20%C3%BC";
    assert_eq!(call.basic().as_deref(), Some(expected));
    assert_eq!(call.field("token").as_deref(), Some("to~ken+/="));
    assert_eq!(call.field("token_type_hint").as_deref(), Some("access_token"));
    assert_eq!((call.field("client_id"), call.field("client_secret")), (None, None));

    let post = Introspection::new(mock.url()).client_secret_post("our id", SECRET);
    verified(ask(&scheme(post.issuer(ISSUER).audience(AUDIENCE)), "token").await);
    let call = mock.last();
    assert_eq!(
        (call.field("client_id").as_deref(), call.field("client_secret").as_deref()),
        (Some("our id"), Some(SECRET))
    );
    assert_eq!(call.basic(), None);

    let pem = include_bytes!("../../tests/keys/ec-p256.private.pem");
    let key = PrivateKeyJwt::new("our id", Algorithm::ES256, pem).key_id("k1");
    let assertion = Introspection::new(mock.url()).private_key_jwt(key);
    let scheme = scheme(assertion.issuer(ISSUER).audience(AUDIENCE));
    let mut seen = Vec::new();
    for token in ["a", "b"] {
        verified(ask(&scheme, token).await);
        let call = mock.last();
        assert_eq!(
            call.field("client_assertion_type").as_deref(),
            Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        assert_eq!((call.field("client_secret"), call.basic()), (None, None));
        let assertion = call.field("client_assertion").unwrap();
        let public = include_bytes!("../../tests/keys/ec-p256.public.pem");
        let verifier = Jwt::public_pem(Algorithm::ES256, public).issuer("our id").audience(mock.url());
        let verifier = verifier.leeway(Duration::ZERO).into_settings().jwt.unwrap().verifier(None).unwrap();
        let principal = verifier.verify(&mut Compact::split(assertion.as_bytes()).unwrap(), NOW).unwrap();
        assert_eq!((principal.subject(), principal.expires_at()), ("our id", Some(NOW + 60)));
        seen.push(principal.claims().unwrap().get("jti").unwrap().clone());
    }
    assert_ne!(seen.first(), seen.last(), "never the same assertion twice");
}

const JWT_SECRET: [u8; 32] = [7; 32];

fn jwt(claims: &Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::Mac as _;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&JWT_SECRET).unwrap().chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[actix_web::test]
async fn revocations_count_for_opaque_tokens_too_also_while_an_answer_is_remembered() {
    use crate::revocation::InMemoryRevocations;

    let mock = Mock::start(|_| Reply::json(&with(json!({"jti": "t1", "iat": NOW - 10}))));
    let revocations = InMemoryRevocations::new();
    // Said once, on the `Jwt` beside it.
    let jwt = Jwt::hs256(JWT_SECRET).issuer(ISSUER).audience(AUDIENCE).revocations(revocations.clone());
    let scheme = scheme(jwt.opaque(introspection(&mock)));
    verified(ask(&scheme, "opaque").await);
    revocations.revoke_token(ISSUER, "t1", NOW + 600);
    assert_eq!(rejected(&ask(&scheme, "opaque").await), Reason::TokenRevoked);
    assert_eq!(mock.calls(), 1);
}

#[actix_web::test]
async fn where_revocations_are_consulted_an_answer_without_an_id_is_refused() {
    use crate::revocation::InMemoryRevocations;

    let mock = Mock::start(|_| Reply::json(&with(json!({}))));
    let scheme = scheme(introspection(&mock).revocations(InMemoryRevocations::new()));
    assert_eq!(rejected(&ask(&scheme, "opaque").await), Reason::ClaimsInvalid);
}

#[actix_web::test]
async fn jwts_and_opaque_tokens_share_a_route_and_each_goes_one_way() {
    let mock = Mock::start(|_| Reply::json(&with(json!({"sub": "by-introspection"}))));
    let both = Jwt::hs256(JWT_SECRET).issuer(ISSUER).audience(AUDIENCE).opaque(introspection(&mock));
    let scheme = scheme(both);

    let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "by-signature", "exp": NOW + 600});
    let token = jwt(&claims);
    assert_eq!(verified(ask(&scheme, &token).await).subject(), "by-signature");
    // Refused by its signature, issuer or expiry, a JWT gets no second chance, however it is mangled further in.
    let (head, _) = token.rsplit_once('.').unwrap();
    let (header, _) = token.split_once('.').unwrap();
    for bad in [
        format!("{head}."),
        format!("{head}.AAAA"),
        format!("{head}.!"),
        format!("{header}.e30.AAAA"),
        format!("{header}.x~.AAAA"),
        format!("{header}..AAAA"),
        jwt(&json!({"iss": "https://evil.example", "aud": AUDIENCE, "sub": "x", "exp": NOW + 600})),
        jwt(&json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": NOW - 600})),
    ] {
        rejected(&ask(&scheme, &bad).await);
    }
    assert_eq!(mock.calls(), 0);

    for opaque in ["2YotnFZFEjr1zCsicMWpAA", "a.b", "v4.public.xyz", "ory_at_x.y", &format!("{token}.x.y")] {
        assert_eq!(verified(ask(&scheme, opaque).await).subject(), "by-introspection", "{opaque}");
    }
    assert_eq!(mock.calls(), 5);
}

#[actix_web::test]
async fn by_itself_it_is_asked_about_every_form_and_recognizes_opaque_tokens() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let scheme = scheme(introspection(&mock));
    let token = jwt(&json!({"iss": ISSUER}));
    verified(ask(&scheme, &token).await);
    assert_eq!(mock.calls(), 1);
    let recognizes = |token: &str| {
        let request = TestRequest::default().append_header(("Authorization", format!("Bearer {token}")));
        let (request, clock): (_, Arc<dyn Clock>) = (request.to_http_request(), Arc::new(At(NOW)));
        probe::recognizes(&scheme, &request, &clock)
    };
    assert_eq!((recognizes("opaque"), recognizes(&token)), (Recognition::Perhaps, Recognition::No));
}

#[actix_web::test]
async fn what_is_no_token_is_never_sent_on() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let scheme = scheme(introspection(&mock).max_token_bytes(100));
    for malformed in ["", "a b", "a&client_id=x", "tok\u{e9}n", "=a"] {
        assert_eq!(rejected(&ask(&scheme, malformed).await), Reason::CredentialsMalformed, "{malformed:?}");
    }
    assert_eq!(rejected(&ask(&scheme, &"x".repeat(101)).await), Reason::TokenTooLong);
    assert_eq!(mock.calls(), 0);
}

#[test]
fn a_configuration_that_cannot_work_is_refused_by_name() {
    fn fault(ready: impl ReadyJwt) -> String {
        ready.into_settings().build(None).map(drop).unwrap_err().to_string()
    }
    let at = |url: &str| Introspection::new(url).client_secret_basic("id", "s").issuer(ISSUER).audience(AUDIENCE);
    let ok = || at("https://idp.example/introspect");
    for url in ["http://idp.example/introspect", "idp.example", "", "https://id:secret@idp.example/"] {
        assert!(fault(at(url)).contains("`Introspection::new(…)`"), "{url}: {}", fault(at(url)));
    }
    assert!(fault(ok().max_staleness(Duration::from_secs(3601))).contains("`.max_staleness(…)`"));
    assert!(fault(ok().timeout(Duration::ZERO)).contains("`.timeout(…)`"));
    assert!(fault(ok().calls_per_second(0)).contains("`.calls_per_second(…)`"));
    assert!(fault(ok().calls_at_once(0)).contains("`.calls_at_once(…)`"));
    assert!(fault(ok().breaker(0, Duration::ZERO)).contains("`.breaker(…)`"));
    assert!(fault(ok().leeway(Duration::from_secs(3601))).contains("`.leeway(…)`"));
    let empty = Introspection::new("https://idp.example/").client_secret_basic("id", "").issuer(ISSUER);
    assert!(fault(empty.audience(AUDIENCE)).contains("secret is empty"));
    let key = PrivateKeyJwt::new("id", Algorithm::ES256, "no key");
    let unfit = Introspection::new("https://idp.example/").private_key_jwt(key).issuer(ISSUER).audience(AUDIENCE);
    assert!(fault(unfit).contains("`.private_key_jwt(…)`"));
    // Beside a `Jwt` too.
    let jwt = Jwt::hs256(JWT_SECRET).issuer(ISSUER).audience(AUDIENCE).opaque(at("http://idp.example/"));
    assert!(matches!(jwt.into_settings().build(None), Err(JwtError::EndpointInvalid { .. })));
}

#[actix_web::test]
async fn no_secret_and_no_token_is_shown() {
    let mock = Mock::start(|_| Reply::json(&good()));
    let secret = "hunter2hunter2";
    let builder = Introspection::new(mock.url()).client_secret_post("id", secret).issuer(ISSUER).audience(AUDIENCE);
    let shown = format!("{builder:?}");
    let scheme = scheme(builder);
    let outcome = ask(&scheme, "opaque-token-42").await;
    for text in [shown, format!("{scheme:?}"), format!("{:?}", verified(outcome))] {
        assert!(!text.contains(secret) && !text.contains("opaque-token-42"), "{text}");
    }
}

#[actix_web::test]
async fn what_is_said_of_one_user_cuts_nobody_else_off() {
    let surrogate = || Reply::ok(good().to_string().replace("\"sub\"", "\"name\":\"\\ud83d\",\"sub\""));
    let groups = || Reply::json(&with(json!({"groups": vec!["x".repeat(64); 1024]})));
    let answers: [fn() -> Reply; 2] = [surrogate, groups];
    for answer in answers {
        let mock =
            Mock::start(
                move |call| {
                    if call.field("token").unwrap().starts_with("odd") { answer() } else { Reply::json(&good()) }
                },
            );
        let scheme = scheme(introspection(&mock));
        for number in 0..5 {
            let outcome = ask(&scheme, &format!("odd{number}")).await;
            assert_eq!(unavailable(&outcome), Reason::IntrospectionUnavailable);
        }
        let outcome = ask(&scheme, "honest").await;
        assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}");
    }
}
