//! Opaque tokens through the `bearer` scheme, against an endpoint on this machine.

mod answers;
mod calls;
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
