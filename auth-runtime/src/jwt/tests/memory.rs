//! Which verified tokens are remembered, and from when on.

use crate::jwt::tests::*;

fn is_known(verifier: &Verifier, token: &str) -> bool {
    verifier.recall(token.as_bytes(), NOW).is_some()
}

#[test]
fn a_token_with_a_mac_is_remembered_when_it_comes_again() {
    let verifier = verifier(jwt());
    let (often, once) = (hs256(&good()), hs256(&with(json!({"sub": "bob"}))));
    verifier.verify_token(often.as_bytes(), NOW).unwrap();
    verifier.verify_token(once.as_bytes(), NOW).unwrap();
    assert!(!is_known(&verifier, &often), "seen once");
    verifier.verify_token(often.as_bytes(), NOW).unwrap();
    assert!(is_known(&verifier, &often) && !is_known(&verifier, &once));
}

#[test]
fn many_tokens_that_come_again_are_remembered_however_many_come_between() {
    let verifier = verifier(jwt());
    let tokens: Vec<String> = (0..1000).map(|number| hs256(&with(json!({"sub": number.to_string()})))).collect();
    for _ in 0..2 {
        tokens.iter().for_each(|token| drop(verifier.verify_token(token.as_bytes(), NOW).unwrap()));
    }
    let known = tokens.iter().filter(|token| is_known(&verifier, token)).count();
    // Of tens of thousands of places few are taken twice.
    assert!(known > 950, "{known}");
}

#[test]
fn a_token_whose_signature_takes_long_to_verify_is_remembered_at_once() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let jwt = Jwt::public_pem(algorithm, public_pem(algorithm)).issuer(ISSUER).audience(AUDIENCE);
        let verifier = verifier(jwt);
        let token = sign(algorithm, json!({"alg": algorithm.name()}), &good());
        verifier.verify_token(token.as_bytes(), NOW).unwrap();
        assert!(is_known(&verifier, &token), "{algorithm}");
    }
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let verifier = verifier(jwt());
    let token = hs256(&good());
    let split = Compact::split(token.as_bytes()).unwrap();
    for _ in 0..2 {
        let refused = verifier.verify_token(token.as_bytes(), NOW + 661).unwrap_err();
        assert_eq!(refused, Reason::TokenExpired);
        assert_eq!(verifier.mark_of_expected(&split), None);
    }
    verifier.verify_token(token.as_bytes(), NOW).unwrap();
    assert!(!is_known(&verifier, &token), "it was good for the first time");
    assert!(verifier.mark_of_expected(&split).is_some(), "once it has expired, that counts for the log");
}

#[test]
fn without_a_memory_nothing_is_remembered() {
    let verifier = verifier(jwt().cache_bytes(0));
    let token = hs256(&good());
    for _ in 0..3 {
        verifier.verify_token(token.as_bytes(), NOW).unwrap();
        assert!(!is_known(&verifier, &token));
    }
}
