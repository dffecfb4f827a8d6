//! Several issuers behind one configuration, and which key a token meets.

use crate::jwt::tests::*;
use crate::scheme::Recognition;

const PARTNER: &str = "https://idp.partner.example";

fn two_issuers() -> Verifier {
    let partner = Issuer::new(PARTNER, Key::public_pem(Algorithm::ES256, P256_PUBLIC))
        .grantable_roles(["viewer"])
        .grantable_scopes(["orders:read"]);
    verifier(jwt().add_issuer(partner))
}

fn es256(claims: &Value) -> String {
    sign(Algorithm::ES256, json!({"alg": "ES256"}), claims)
}

#[test]
fn each_issuer_has_its_own_keys() {
    let verifier = two_issuers();
    assert_eq!(accepted(&verifier, &hs256(&good())).issuer(), Some(ISSUER));
    let partner = with(json!({"iss": PARTNER}));
    assert_eq!(accepted(&verifier, &es256(&partner)).issuer(), Some(PARTNER));
    // The partner's key does not speak for us, nor ours for the partner.
    assert_eq!(refused(&verifier, &es256(&good())), Reason::AlgorithmRefused);
    assert_eq!(refused(&verifier, &hs256(&partner)), Reason::AlgorithmRefused);
    assert_eq!(refused(&verifier, &hs256(&with(json!({"iss": "https://evil.example"})))), Reason::IssuerWrong);
}

#[test]
fn the_same_subject_at_two_issuers_is_two_callers() {
    let verifier = two_issuers();
    assert_ne!(accepted(&verifier, &hs256(&good())), accepted(&verifier, &es256(&with(json!({"iss": PARTNER})))));
}

#[test]
fn what_an_issuer_may_grant_is_its_own_matter() {
    let verifier = two_issuers();
    let claims = with(json!({"iss": PARTNER, "roles": ["admin", "viewer"], "scope": "orders:read orders:write"}));
    let principal = accepted(&verifier, &es256(&claims));
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["viewer"]);
    assert_eq!(principal.scopes().unwrap().collect::<Vec<_>>(), ["orders:read"]);
    let principal = accepted(&verifier, &hs256(&with(json!({"roles": ["admin"]}))));
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["admin"]);
}

#[test]
fn an_issuer_may_have_an_audience_of_its_own() {
    let partner = Issuer::new(PARTNER, Key::public_pem(Algorithm::ES256, P256_PUBLIC)).audience("partner-api");
    let verifier = verifier(jwt().add_issuer(partner));
    accepted(&verifier, &es256(&with(json!({"iss": PARTNER, "aud": "partner-api"}))));
    assert_eq!(refused(&verifier, &es256(&with(json!({"iss": PARTNER})))), Reason::AudienceWrong);
    assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": "partner-api"})))), Reason::AudienceWrong);
}

#[test]
fn any_issuer_takes_the_rest() {
    let partner = Issuer::new(PARTNER, Key::public_pem(Algorithm::ES256, P256_PUBLIC));
    let verifier = verifier(Jwt::hs256(SECRET).dangerous_any_issuer().audience(AUDIENCE).add_issuer(partner));
    assert_eq!(accepted(&verifier, &hs256(&with(json!({"iss": "whoever"})))).issuer(), Some("whoever"));
    assert_eq!(accepted(&verifier, &hs256(&with(json!({"iss": null})))).issuer(), None);
    // A named issuer keeps to its own keys.
    assert_eq!(refused(&verifier, &hs256(&with(json!({"iss": PARTNER})))), Reason::AlgorithmRefused);
}

#[test]
fn recognizes_by_unverified_issuer_alone() {
    let verifier = two_issuers();
    let forged = |iss: &str| {
        let claims = json!({"iss": iss}).to_string();
        sign_text(Algorithm::HS256, &EncodingKey::from_secret(&[9; 32]), r#"{"alg":"HS256"}"#, &claims)
    };
    let recognizes = |token: &str| Compact::split(token.as_bytes()).map(|compact| verifier.recognizes(&compact));
    assert_eq!(recognizes(&forged(ISSUER)), Some(Recognition::Mine));
    assert_eq!(recognizes(&forged(PARTNER)), Some(Recognition::Mine));
    assert_eq!(recognizes(&forged("https://evil.example")), Some(Recognition::No));
    assert_eq!(recognizes("a.b.c"), Some(Recognition::No));
    assert_eq!(recognizes("no.jwt"), None);
}

#[test]
fn kid_picks_the_key() {
    let other = [7; 32];
    let verifier = verifier(
        Jwt::key(Key::hs256(SECRET).id("a")).add_key(Key::hs256(other).id("b")).issuer(ISSUER).audience(AUDIENCE),
    );
    let token = |secret: &[u8], header: Value| {
        sign_text(Algorithm::HS256, &EncodingKey::from_secret(secret), &header.to_string(), &good().to_string())
    };
    accepted(&verifier, &token(SECRET, json!({"alg": "HS256", "kid": "a"})));
    accepted(&verifier, &token(&other, json!({"alg": "HS256", "kid": "b"})));
    assert_eq!(refused(&verifier, &token(&other, json!({"alg": "HS256", "kid": "a"}))), Reason::SignatureInvalid);
    assert_eq!(refused(&verifier, &token(&other, json!({"alg": "HS512", "kid": "a"}))), Reason::AlgorithmRefused);
    assert_eq!(refused(&verifier, &token(&other, json!({"alg": "HS256", "kid": "c"}))), Reason::KeyUnknown);
    accepted(&verifier, &token(&other, json!({"alg": "HS256"})));
}

#[test]
fn without_kid_four_keys_are_tried() {
    let mut jwt = Jwt::key(Key::hs256([1; 32]).id("1"));
    for number in 2..=5_u8 {
        jwt = jwt.add_key(Key::hs256([number; 32]).id(number.to_string()));
    }
    let verifier = verifier(jwt.issuer(ISSUER).audience(AUDIENCE));
    let token = |number: u8| {
        sign_text(Algorithm::HS256, &EncodingKey::from_secret(&[number; 32]), r#"{"alg":"HS256"}"#, &good().to_string())
    };
    accepted(&verifier, &token(4));
    assert_eq!(refused(&verifier, &token(5)), Reason::SignatureInvalid);
}

#[test]
fn a_key_without_id_is_tried_on_any_unknown_kid_but_not_for_a_known_one() {
    let verifier = verifier(jwt().add_key(Key::hs256([7; 32]).id("b")));
    accepted(&verifier, &sign(Algorithm::HS256, json!({"alg": "HS256", "kid": "whatever"}), &good()));
    assert_eq!(
        refused(&verifier, &sign(Algorithm::HS256, json!({"alg": "HS256", "kid": "b"}), &good())),
        Reason::SignatureInvalid
    );
}
