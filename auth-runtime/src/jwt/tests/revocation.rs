//! Revocation as the verifier sees it: consulted on first sight and on each recall.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::jwt::tests::*;
use crate::revocation::{InMemoryRevocations, Presented, Revocations, Standing};

fn revocable() -> Value {
    with(json!({"jti": "t1", "sid": "s1", "iat": NOW - 60}))
}

/// What the verifier says the first times, and once it remembers the token.
#[track_caller]
fn ask(verifier: &Verifier, token: &str) -> Result<String, Reason> {
    let subject = |principal: Principal| principal.subject().to_owned();
    if let Some(known) = verifier.recall(token.as_bytes(), NOW) {
        return known.map(subject);
    }
    let first = verifier.verify_token(token.as_bytes(), NOW).map(subject);
    assert_eq!(verifier.verify_token(token.as_bytes(), NOW).map(subject), first);
    let again = verifier.recall(token.as_bytes(), NOW).map(|known| known.map(subject));
    assert_eq!(again, first.is_ok().then(|| first.clone()), "remembered exactly when accepted");
    first
}

#[test]
fn a_remembered_token_is_refused_from_the_moment_it_is_revoked() {
    type Revoke = fn(&InMemoryRevocations);
    let revocations: [Revoke; 3] = [
        |store| store.revoke_token(ISSUER, "t1", NOW + 600),
        |store| store.revoke_subject(ISSUER, "alice", NOW - 60),
        |store| store.revoke_session(ISSUER, "s1", NOW + 600),
    ];
    for revoke in revocations {
        let store = InMemoryRevocations::new();
        let verifier = verifier(jwt().revocations(store.clone()));
        let token = hs256(&revocable());
        assert_eq!(ask(&verifier, &token), Ok("alice".to_owned()));
        revoke(&store);
        assert_eq!(ask(&verifier, &token), Err(Reason::TokenRevoked), "remembered");
        let unseen = hs256(&with(json!({"jti": "t1", "sid": "s1", "iat": NOW - 60, "unseen": true})));
        assert_eq!(ask(&verifier, &unseen), Err(Reason::TokenRevoked), "on first sight");
    }
}

#[test]
fn what_was_revoked_elsewhere_or_of_others_is_accepted() {
    let store = InMemoryRevocations::new();
    let verifier = verifier(jwt().revocations(store.clone()));
    store.revoke_token("https://other.example", "t1", NOW + 600);
    store.revoke_token(ISSUER, "t2", NOW + 600);
    store.revoke_subject(ISSUER, "alice", NOW - 61);
    store.revoke_subject(ISSUER, "t1", NOW);
    store.revoke_session(ISSUER, "t1", NOW + 600);
    assert_eq!(ask(&verifier, &hs256(&revocable())), Ok("alice".to_owned()));
}

#[test]
fn a_token_without_jti_is_refused_where_revocation_is_consulted_and_only_there() {
    for jti in [Value::Null, json!("")] {
        let token = hs256(&with(json!({"jti": jti, "iat": NOW})));
        assert!(ask(&verifier(jwt()), &token).is_ok());
        let consulting = verifier(jwt().revocations(InMemoryRevocations::new()));
        assert_eq!(ask(&consulting, &token), Err(Reason::ClaimsInvalid), "{jti}");
    }
}

#[test]
fn a_session_that_is_no_string_is_refused() {
    let consulting = verifier(jwt().revocations(InMemoryRevocations::new()));
    for sid in [json!(7), json!(["s1"]), json!({}), json!(true)] {
        let token = hs256(&with(json!({"jti": "t1", "sid": sid})));
        assert_eq!(ask(&consulting, &token), Err(Reason::ClaimsInvalid), "{sid}");
    }
}

#[test]
fn a_fraction_of_a_second_counts_as_the_second_before() {
    let store = InMemoryRevocations::new();
    store.revoke_subject(ISSUER, "alice", NOW - 60);
    let consulting = verifier(jwt().revocations(store));
    for (issued_at, revoked) in [(json!(NOW as f64 - 59.5), true), (json!(NOW - 59), false), (Value::Null, true)] {
        let token = hs256(&with(json!({"jti": "t1", "iat": issued_at})));
        assert_eq!(ask(&consulting, &token) == Err(Reason::TokenRevoked), revoked, "{issued_at}");
    }
}

#[test]
fn the_subject_is_the_principals_own() {
    let store = InMemoryRevocations::new();
    store.revoke_subject(ISSUER, "alice@example", NOW);
    let token = hs256(&with(json!({"jti": "t1", "iat": NOW, "email": "alice@example"})));
    assert!(ask(&verifier(jwt().revocations(store.clone())), &token).is_ok());
    let consulting = verifier(jwt().subject_claim("email").revocations(store));
    assert_eq!(ask(&consulting, &token), Err(Reason::TokenRevoked));
}

#[test]
fn each_issuer_of_a_configuration_is_asked_about_under_its_own_name() {
    let store = InMemoryRevocations::new();
    let other = "https://other.example";
    let verifier = verifier(jwt().add_issuer(Issuer::new(other, Key::hs256(SECRET))).revocations(store.clone()));
    let ours = hs256(&revocable());
    let theirs = hs256(&with(json!({"iss": other, "jti": "t1"})));
    assert!(ask(&verifier, &ours).is_ok() && ask(&verifier, &theirs).is_ok());
    store.revoke_token(other, "t1", NOW + 600);
    assert!(ask(&verifier, &ours).is_ok());
    assert_eq!(ask(&verifier, &theirs), Err(Reason::TokenRevoked));
}

#[test]
fn a_token_without_issuer_is_asked_about_under_the_empty_name() {
    let store = InMemoryRevocations::new();
    let verifier = verifier(Jwt::hs256(SECRET).dangerous_any_issuer().audience(AUDIENCE).revocations(store.clone()));
    let token = hs256(&with(json!({"iss": null, "jti": "t1"})));
    assert!(ask(&verifier, &token).is_ok());
    store.revoke_token("", "t1", NOW + 600);
    assert_eq!(ask(&verifier, &token), Err(Reason::TokenRevoked));
}

/// Answers what it is told, and keeps what it was asked.
#[derive(Default)]
struct Scripted {
    answer: Mutex<Option<Standing>>,
    asked: AtomicUsize,
}

impl Revocations for Scripted {
    fn standing(&self, token: &Presented<'_>) -> Standing {
        assert_eq!((token.issuer, token.subject, token.token_id, token.session), (ISSUER, "alice", "t1", Some("s1")));
        assert_eq!((token.issued_at, token.expires_at, token.now), (Some(NOW - 60), NOW + 600, NOW));
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.answer.lock().unwrap().unwrap_or(Standing::Good)
    }
}

#[test]
fn a_store_is_asked_once_for_each_request_and_its_answer_is_obeyed() {
    let store = Arc::new(Scripted::default());
    let verifier = verifier(jwt().revocations(Arc::clone(&store)));
    let token = hs256(&revocable());
    for request in 1..=3 {
        let known = verifier.recall(token.as_bytes(), NOW);
        known.unwrap_or_else(|| verifier.verify_token(token.as_bytes(), NOW)).unwrap();
        assert_eq!(store.asked.load(Ordering::Relaxed), request);
    }
    for (standing, reason) in [
        (Standing::Revoked, Reason::TokenRevoked),
        (Standing::LivesTooLong, Reason::TokenLivesTooLong),
        (Standing::Unknown, Reason::RevocationsStale),
    ] {
        *store.answer.lock().unwrap() = Some(standing);
        assert_eq!(verifier.recall(token.as_bytes(), NOW).unwrap().unwrap_err(), reason);
        assert_eq!(refused(&verifier, &token), reason);
    }
}

#[test]
fn a_store_is_not_asked_about_what_is_refused_anyway() {
    let store = Arc::new(Scripted::default());
    let verifier = verifier(jwt().revocations(Arc::clone(&store)));
    for claims in [json!({"exp": NOW - 600}), json!({"aud": "else"}), json!({"iss": "else"}), json!({"sub": null})] {
        let mut token = revocable();
        token.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        refused(&verifier, &hs256(&token));
    }
    assert_eq!(store.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn an_expired_token_is_expired_whether_revoked_or_not() {
    let store = InMemoryRevocations::new();
    let verifier = verifier(jwt().revocations(store.clone()));
    let token = hs256(&revocable());
    assert!(ask(&verifier, &token).is_ok());
    store.revoke_token(ISSUER, "t1", NOW + 600);
    assert_eq!(verifier.recall(token.as_bytes(), NOW + 660).unwrap().unwrap_err(), Reason::TokenExpired);
}
