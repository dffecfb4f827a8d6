//! What a user writes, and what is said about mistakes in it.

use std::time::Duration;

use crate::jwt::tests::*;

#[test]
fn options_that_cannot_be_meant_are_refused_by_name() {
    let cases: [(&str, JwtError); 9] = [
        ("issuer", fault(Jwt::hs256(SECRET).issuer("").audience(AUDIENCE))),
        ("audience", fault(Jwt::hs256(SECRET).issuer(ISSUER).audience(""))),
        ("leeway", fault(jwt().leeway(Duration::from_secs(3601)))),
        ("max_token_bytes", fault(jwt().max_token_bytes(0))),
        ("subject_claim", fault(jwt().subject_claim(""))),
        ("roles_claim", fault(jwt().roles_claim([""; 0]))),
        ("cookie", fault(jwt().cookie("a b"))),
        ("cookie", fault(jwt().cookie(""))),
        ("dangerous_query_parameter", fault(jwt().dangerous_query_parameter("a&b"))),
    ];
    for (expected, fault) in cases {
        assert!(matches!(&fault, JwtError::OptionInvalid { option, .. } if *option == expected), "{fault}");
    }
}

#[test]
fn an_issuer_trusted_twice_is_refused() {
    let twice = jwt().add_issuer(Issuer::new(ISSUER, Key::hs256([1; 32])));
    assert_eq!(
        fault(twice).to_string(),
        "issuer `https://idp.example` is trusted twice; give all its keys to one `Issuer` with `.add_key(…)`"
    );
}

#[test]
fn messages_name_the_key_and_its_issuer() {
    let fault = Jwt::key(Key::hs256("short").id("a\"b"))
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .into_settings()
        .jwt
        .unwrap()
        .verifier(Presentation::bearer(Some("partner".into())))
        .map(drop)
        .unwrap_err();
    assert_eq!(
        fault.to_string(),
        "key 1 of issuer `https://idp.example`, `hs256` with id `a\\\"b`: the secret has 5 bytes; \
         HS256 needs 32 random bytes or more"
    );
    assert!(std::error::Error::source(&fault).is_some());
}

#[test]
fn secrets_are_not_shown() {
    let jwt = jwt().add_key(Key::jwk(json!({"kty": "oct", "alg": "HS256", "k": encode(SECRET)}).to_string()).id("j"));
    let verifier = jwt.clone().into_settings().jwt.unwrap().verifier(Presentation::bearer(None)).unwrap();
    for text in [format!("{jwt:?}"), format!("{jwt:#?}"), format!("{verifier:?}")] {
        let secret = std::str::from_utf8(SECRET).unwrap();
        assert!(!text.contains(&secret[..10]) && !text.contains(&encode(SECRET)[..10]), "{text}");
        assert!(!text.contains(format!("{:?}", &SECRET[..4]).trim_matches(['[', ']'])), "{text}");
    }
}

/// The shared configuration crosses threads; verifiers are made where they are used.
#[test]
fn the_verifier_is_shared_between_workers() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let verifier = verifier(jwt());
    shared(&verifier);
    let verifier = std::sync::Arc::new(verifier);
    let token = hs256(&good());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| accepted(&verifier, &token));
        }
    });
}
