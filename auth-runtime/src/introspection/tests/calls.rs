//! When the endpoint is asked, how, and what is remembered of it.

use super::*;
use crate::jwt::Presentation;
use crate::principal::{Forgotten, PrincipalKey};

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
    let _ = ask(&brief, "token").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let _ = ask(&brief, "token").await;
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
async fn whoever_is_forgotten_is_asked_about_anew_and_nobody_else() {
    let mock = Mock::start(|call| {
        let subject = call.field("token").unwrap_or_default();
        Reply { delay: Duration::from_millis(200), ..Reply::json(&with(json!({ "sub": subject }))) }
    });
    let scheme = scheme(introspection(&mock));
    for token in ["alice", "bob", "alice", "bob"] {
        verified(ask(&scheme, token).await);
    }
    assert_eq!(mock.calls(), 2);
    let forget = |who: PrincipalKey| {
        scheme.forgetful().expect("a memory").forget(&Forgotten::Callers(&[who].into()));
    };
    forget(PrincipalKey::new("https://other.example", "alice"));
    forget(PrincipalKey::new(ISSUER, "alice"));
    for token in ["alice", "bob", "alice", "bob"] {
        verified(ask(&scheme, token).await);
    }
    assert_eq!(mock.calls(), 3);
    // What is under way is not remembered, and serves nobody who comes later.
    forget(PrincipalKey::new(ISSUER, "alice"));
    let begun = ask(&scheme, "alice");
    let forgotten = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        forget(PrincipalKey::new(ISSUER, "alice"));
        ask(&scheme, "alice").await
    };
    let (begun, later) = futures_util::future::join(begun, forgotten).await;
    [begun, later].into_iter().for_each(|outcome| drop(verified(outcome)));
    assert_eq!(mock.calls(), 5);
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

    let pem = include_bytes!("../../../tests/keys/ec-p256.private.pem");
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
        let public = include_bytes!("../../../tests/keys/ec-p256.public.pem");
        let verifier = Jwt::public_pem(Algorithm::ES256, public).issuer("our id").audience(mock.url());
        let verifier =
            verifier.leeway(Duration::ZERO).into_settings().jwt.unwrap().verifier(Presentation::bearer(None)).unwrap();
        let principal = verifier.verify(&mut Compact::split(assertion.as_bytes()).unwrap(), NOW).unwrap();
        assert_eq!((principal.subject(), principal.expires_at()), ("our id", Some(NOW + 60)));
        seen.push(principal.claims().unwrap().get("jti").unwrap().clone());
    }
    assert_ne!(seen.first(), seen.last(), "never the same assertion twice");
}
