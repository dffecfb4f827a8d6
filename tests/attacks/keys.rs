//! Which key verifies what.

use auth_runtime::jwt::{Issuer, Key};
use auth_runtime::{Algorithm, Auth, Jwt};
use serde_json::json;

use crate::app::*;

const INVALID: &str = "the token is not valid";

#[track_caller]
fn refused(server: &Server, path: &str, token: &str, description: &str) {
    refused_token(description).check(&bearer(server, path, token));
}

/// What `build()` says, and that it says it at all.
#[track_caller]
fn build_refuses(jwt: impl auth_runtime::jwt::ReadyJwt, says: &str) {
    let error = Auth::builder().dangerous_allow_unconfigured().bearer(jwt).build().map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(says), "{error}");
}

fn ready(key: Key) -> impl auth_runtime::jwt::ReadyJwt {
    Jwt::key(key).issuer(ISSUER).audience(AUDIENCE)
}

#[test]
fn one_key_has_one_algorithm() {
    let server = serve();
    // `/rsa`, `/ec`, `/ed` and `/bearer` have one key each; a token of each kind opens one of them only.
    let tokens = [
        ("/bearer", token(&good())),
        ("/rsa", sign_rsa(jsonwebtoken::Algorithm::RS256, r#"{"alg":"RS256"}"#, &good())),
        ("/ec", sign_ec(EC_PRIVATE, r#"{"alg":"ES256"}"#, &good())),
        ("/ed", sign_ed(r#"{"alg":"EdDSA"}"#, &good())),
    ];
    for (path, _) in &tokens {
        for (made_for, token) in &tokens {
            let answer = bearer(&server, path, token);
            if path == made_for {
                answer.expect("bearer alice");
            } else {
                refused_token(INVALID).check(&answer);
            }
        }
    }
}

#[test]
fn keys_belong_to_their_issuer() {
    let server = serve();
    let partner = |claims| sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &with(claims));
    let own = |claims| token(&with(claims));
    // `/many` trusts us with a secret and the partner with a P-256 key.
    bearer(&server, "/many", &own(json!({}))).expect("bearer alice");
    bearer(&server, "/many", &partner(json!({"iss": PARTNER}))).expect("bearer alice");
    // The partner's key with our name, ours with the partner's, and either with a stranger's or none.
    refused(&server, "/many", &partner(json!({})), INVALID);
    refused(&server, "/many", &own(json!({"iss": PARTNER})), INVALID);
    let stranger = "the token comes from an issuer that is not accepted here";
    for iss in [json!("https://stranger.example"), json!(REMOVED)] {
        refused(&server, "/many", &partner(json!({"iss": iss})), stranger);
        refused(&server, "/many", &own(json!({"iss": iss})), stranger);
    }
}

#[test]
fn an_issuer_grants_only_what_it_may() {
    let server = serve();
    let claims = json!({"iss": PARTNER, "scope": "admin read", "roles": ["ops", "viewer"]});
    let partner = sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &with(claims));
    bearer(&server, "/many", &partner).expect("bearer alice");
    assert_eq!(bearer(&server, "/many/admin", &partner).status, 403);
    assert_eq!(bearer(&server, "/many/ops", &partner).status, 403);
    let own = token(&with(json!({"scope": "admin", "roles": ["ops"]})));
    bearer(&server, "/many/admin", &own).expect("bearer alice");
    bearer(&server, "/many/ops", &own).expect("bearer alice");
}

#[test]
fn the_same_subject_at_two_issuers_is_two_callers() {
    let server = serve();
    let own = bearer(&server, "/many/who", &token(&good()));
    let partner =
        bearer(&server, "/many/who", &sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &with(json!({"iss": PARTNER}))));
    assert_eq!(own.body, format!("alice at {ISSUER}").as_bytes());
    assert_eq!(partner.body, format!("alice at {PARTNER}").as_bytes());
}

#[test]
fn a_named_configuration_does_not_share_keys_with_another() {
    let server = serve();
    let partner = sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &with(json!({"iss": PARTNER})));
    bearer(&server, "/partner", &partner).expect("bearer alice");
    assert_eq!(bearer(&server, "/bearer", &partner).status, 401);
    assert_eq!(bearer(&server, "/partner", &token(&good())).status, 401);
    assert_eq!(bearer(&server, "/partner", &token(&with(json!({"iss": PARTNER})))).status, 401);
    // The partner's key under our name.
    assert_eq!(bearer(&server, "/partner", &sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &good())).status, 401);
    assert_eq!(bearer(&server, "/ec", &sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &good())).status, 401);
}

#[test]
fn the_configuration_is_picked_by_iss_and_only_its_keys_count() {
    let server = serve();
    // `/both` is any(bearer, bearer("partner")).
    let ours = token(&good());
    let partner = sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &with(json!({"iss": PARTNER})));
    bearer(&server, "/both", &ours).expect("bearer alice");
    bearer(&server, "/both", &partner).expect("bearer alice");
    for forged in [sign_ec(PARTNER_PRIVATE, r#"{"alg":"ES256"}"#, &good()), token(&with(json!({"iss": PARTNER})))] {
        let answer = bearer(&server, "/both", &forged);
        refused_token(INVALID).check(&answer); // one merged challenge
    }
}

#[test]
fn weak_keys_are_refused_in_build() {
    for (length, key) in
        [(31, Key::hs256([7; 31])), (47, Key::hs384([7; 47])), (63, Key::hs512([7; 63])), (0, Key::hs256(""))]
    {
        build_refuses(ready(key), &format!("{length} bytes"));
    }
    for text in [RSA_PUBLIC, EC_PUBLIC, ED_PUBLIC, RSA_PRIVATE, &pem_body(RSA_PUBLIC)] {
        build_refuses(ready(Key::hs256(text)), "shared secret");
    }
    build_refuses(ready(Key::public_pem(Algorithm::HS256, RSA_PUBLIC)), "HS256 takes a shared secret");
    for (algorithm, pem) in [
        (Algorithm::RS256, EC_PUBLIC),
        (Algorithm::ES256, RSA_PUBLIC),
        (Algorithm::ES384, EC_PUBLIC),
        (Algorithm::EdDSA, EC_PUBLIC),
        (Algorithm::ES256, ED_PUBLIC),
    ] {
        build_refuses(ready(Key::public_pem(algorithm, pem)), "was given");
    }
    build_refuses(ready(Key::public_pem(Algorithm::RS256, RSA_PRIVATE)), "private key");
    let rsa = |n: &[u8], e: &[u8]| json!({"kty": "RSA", "n": encode(n), "e": encode(e)}).to_string();
    build_refuses(ready(Key::jwk(rsa(&[0xff; 128], &[1, 0, 1]))), "1024 bits");
    build_refuses(ready(Key::jwk(rsa(&[0xff; 256], &[1]))), "exponent");
    build_refuses(ready(Key::jwk(rsa(&[0xff; 256], &[2]))), "exponent");
    // A modulus made long by zeros in front.
    let long = [[0; 128], [0xff; 128]].concat();
    build_refuses(ready(Key::jwk(rsa(&long, &[1, 0, 1]))), "1024 bits");
    // No message repeats the key.
    let error = Auth::builder()
        .dangerous_allow_unconfigured()
        .bearer(ready(Key::hs256("hunter2")))
        .build()
        .map(|_| ())
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn shared_secrets_do_not_stand_beside_public_keys_unless_said_loudly() {
    let mixed =
        || Jwt::hs256(SECRET).add_key(Key::public_pem(Algorithm::ES256, EC_PUBLIC)).issuer(ISSUER).audience(AUDIENCE);
    build_refuses(mixed(), "shared secrets beside public keys");
    assert!(
        Auth::builder()
            .dangerous_allow_unconfigured()
            .bearer(mixed().dangerous_secrets_beside_public_keys())
            .build()
            .is_ok()
    );
    // Other issuers' keys are theirs.
    let other = Issuer::new(PARTNER, Key::public_pem(Algorithm::ES256, PARTNER_PUBLIC));
    let jwt = Jwt::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE).add_issuer(other);
    assert!(Auth::builder().dangerous_allow_unconfigured().bearer(jwt).build().is_ok());
    // In a set the secret is skipped, and a token made with it is refused.
    let set = json!({"keys": [ec_jwk(EC_PUBLIC), {"kty": "oct", "alg": "HS256", "k": encode(SECRET)}]});
    let server = serve_bearer(Jwt::jwk_set(set.to_string()).issuer(ISSUER).audience(AUDIENCE));
    refused(&server, "/bearer", &token(&good()), INVALID);
    bearer(&server, "/bearer", &sign_ec(EC_PRIVATE, r#"{"alg":"ES256"}"#, &good())).expect("bearer alice");
}

#[test]
fn a_jwk_without_alg_means_rs256_or_its_curves() {
    let rsa = serve_bearer(Jwt::jwk(rsa_jwk(RSA_PUBLIC).to_string()).issuer(ISSUER).audience(AUDIENCE));
    bearer(&rsa, "/bearer", &sign_rsa(jsonwebtoken::Algorithm::RS256, r#"{"alg":"RS256"}"#, &good()))
        .expect("bearer alice");
    for alg in [jsonwebtoken::Algorithm::RS384, jsonwebtoken::Algorithm::RS512, jsonwebtoken::Algorithm::PS256] {
        let header = json!({"alg": format!("{alg:?}")}).to_string();
        refused(&rsa, "/bearer", &sign_rsa(alg, &header, &good()), INVALID);
    }
    let ec = serve_bearer(Jwt::jwk(ec_jwk(EC_PUBLIC).to_string()).issuer(ISSUER).audience(AUDIENCE));
    bearer(&ec, "/bearer", &sign_ec(EC_PRIVATE, r#"{"alg":"ES256"}"#, &good())).expect("bearer alice");
    refused(&ec, "/bearer", &sign_ec(EC_PRIVATE, r#"{"alg":"ES384"}"#, &good()), INVALID);
    build_refuses(ready(Key::jwk(json!({"kty": "oct", "k": encode(SECRET)}).to_string())), "alg");
}

#[test]
fn keys_of_the_same_kid_and_alg_that_differ_are_all_skipped() {
    let set = json!({"keys": [oct("a", &[1; 32]), oct("a", &[2; 32]), oct("b", &[3; 32])]});
    let server = serve_bearer(Jwt::jwk_set(set.to_string()).issuer(ISSUER).audience(AUDIENCE));
    let signed = |secret: u8, kid: &str| {
        Hmac::HS256.sign(&[secret; 32], &json!({"alg": "HS256", "kid": kid}).to_string(), &good().to_string())
    };
    refused(&server, "/bearer", &signed(1, "a"), INVALID);
    refused(&server, "/bearer", &signed(2, "a"), INVALID);
    bearer(&server, "/bearer", &signed(3, "b")).expect("bearer alice");
    // Nor may they be reached without naming them.
    refused(&server, "/bearer", &Hmac::HS256.sign(&[1; 32], r#"{"alg":"HS256"}"#, &good().to_string()), INVALID);
}

/// What is for tests signs real tokens, which the real verifier takes for a stranger's.
#[test]
fn the_test_issuer_opens_nothing_it_is_not_configured_for() {
    let server = serve();
    let issuer = auth_runtime::testing::TestIssuer::new().named(ISSUER).for_audience(AUDIENCE).clock(clock());
    refused(&server, "/bearer", &issuer.token().subject("alice").sign(), INVALID);
    let unnamed = auth_runtime::testing::TestIssuer::new().clock(clock()).token().sign();
    refused(&server, "/bearer", &unnamed, "the token comes from an issuer that is not accepted here");
}

#[test]
fn kid_leaves_only_its_key() {
    let server = serve();
    // `/kid` has `a` (SECRET) and `b` ([2; 64]).
    let with_kid = |secret: &[u8], kid: &str| {
        Hmac::HS256.sign(secret, &json!({"alg": "HS256", "kid": kid}).to_string(), &good().to_string())
    };
    bearer(&server, "/kid", &with_kid(SECRET, "a")).expect("bearer alice");
    bearer(&server, "/kid", &with_kid(&[2; 64], "b")).expect("bearer alice");
    refused(&server, "/kid", &with_kid(SECRET, "b"), INVALID);
    refused(&server, "/kid", &with_kid(&[2; 64], "a"), INVALID);
    refused(&server, "/kid", &with_kid(SECRET, "c"), INVALID);
}

#[test]
fn without_kid_at_most_four_candidates_are_tried() {
    let keys: Vec<_> = (1..=6).map(|n| oct(&format!("k{n}"), &[n; 32])).collect();
    let server = serve_bearer(Jwt::jwk_set(json!({"keys": keys}).to_string()).issuer(ISSUER).audience(AUDIENCE));
    let tried = (1..=6)
        .filter(|&n| {
            let token = Hmac::HS256.sign(&[n; 32], r#"{"alg":"HS256"}"#, &good().to_string());
            bearer(&server, "/bearer", &token).status == 200
        })
        .count();
    assert_eq!(tried, 4);
}

#[test]
fn an_unusable_key_is_skipped_not_the_whole_set() {
    let set = json!({"keys": [
        {"kty": "oct", "alg": "HS256", "k": encode([1; 8]), "kid": "short"},
        {"kty": "RSA", "n": encode([0xff; 128]), "e": "AQAB", "kid": "weak"},
        {"kty": "RSA", "n": encode([0xff; 256]), "e": "AQ", "kid": "exponent"},
        {"kty": "EC", "crv": "secp256k1", "x": encode([1; 32]), "y": encode([1; 32])},
        {"kty": "XYZ"},
        "not even an object",
        {"kty": "OKP", "crv": "Ed448", "x": encode([1; 57])},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        ec_jwk(EC_PUBLIC),
    ]});
    let server = serve_bearer(Jwt::jwk_set(set.to_string()).issuer(ISSUER).audience(AUDIENCE));
    bearer(&server, "/bearer", &sign_ec(EC_PRIVATE, r#"{"alg":"ES256"}"#, &good())).expect("bearer alice");
    refused(
        &server,
        "/bearer",
        &Hmac::HS256.sign(&[1; 8], r#"{"alg":"HS256","kid":"short"}"#, &good().to_string()),
        INVALID,
    );
}

#[test]
fn a_key_for_encryption_verifies_nothing() {
    for purpose in
        [json!({"use": "enc"}), json!({"key_ops": ["encrypt"]}), json!({"alg": "ECDH-ES"}), json!({"alg": "RSA-OAEP"})]
    {
        let mut jwk = ec_jwk(EC_PUBLIC);
        for (name, value) in purpose.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        build_refuses(ready(Key::jwk(jwk.to_string())), "jwk");
    }
}

/// A key taken out of the file opens nothing any more, although its tokens were accepted before.
#[test]
fn a_removed_key_opens_nothing_any_more() {
    let directory = scratch("removed-key");
    let path = directory.join("keys.json");
    std::fs::write(&path, json!({"keys": [oct("a", &[1; 32]), oct("b", &[2; 32])]}).to_string()).unwrap();
    let server = serve_bearer(Jwt::jwk_set_file(&path).issuer(ISSUER).audience(AUDIENCE));
    let of = |n: u8, kid: &str| {
        Hmac::HS256.sign(&[n; 32], &json!({"alg": "HS256", "kid": kid}).to_string(), &good().to_string())
    };
    bearer(&server, "/bearer", &of(1, "a")).expect("bearer alice");
    let change = |content: &str| {
        std::fs::write(directory.join("new"), content).unwrap();
        std::fs::rename(directory.join("new"), &path).unwrap();
    };
    change(&json!({"keys": [oct("b", &[2; 32])]}).to_string());
    eventually("the removed key is refused", || bearer(&server, "/bearer", &of(1, "a")).status == 401);
    bearer(&server, "/bearer", &of(2, "b")).expect("bearer alice");
    // A half-written file keeps the last good one: neither all out nor the removed key back in.
    change("{\"keys\": [");
    std::thread::sleep(std::time::Duration::from_millis(1300));
    bearer(&server, "/bearer", &of(2, "b")).expect("bearer alice");
    assert_eq!(bearer(&server, "/bearer", &of(1, "a")).status, 401);
    // No keys at all is no reason to let anybody in, nor to blame the token.
    change("{\"keys\": []}");
    eventually("503 without keys", || bearer(&server, "/bearer", &of(2, "b")).status == 503);
    assert!(bearer(&server, "/bearer", &of(2, "b")).only("retry-after").is_some());
}

fn oct(kid: &str, secret: &[u8]) -> serde_json::Value {
    json!({"kty": "oct", "alg": "HS256", "kid": kid, "k": encode(secret)})
}
