//! Tokens that were verified before.

use serde_json::json;

use crate::app::*;

#[test]
fn exp_and_nbf_are_evaluated_on_each_hit() {
    let clock = clock();
    let server = serve_at(&clock);
    let token = token(&with(json!({"nbf": NOW - 1000, "exp": NOW + 1000})));
    for _ in 0..3 {
        bearer(&server, "/bearer", &token).expect("bearer alice");
    }
    clock.set(NOW + 1060);
    refused_token("the token has expired").check(&bearer(&server, "/bearer", &token));
    clock.set(NOW - 1061);
    refused_token("the token is not valid yet").check(&bearer(&server, "/bearer", &token));
    clock.set(NOW);
    bearer(&server, "/bearer", &token).expect("bearer alice");
}

#[test]
fn conditions_are_evaluated_on_each_hit() {
    let server = serve();
    let read = token(&with(json!({"scope": "read"})));
    for _ in 0..3 {
        bearer(&server, "/bearer", &read).expect("bearer alice");
        assert_eq!(bearer(&server, "/admin", &read).status, 403);
        assert_eq!(bearer(&server, "/ops", &read).status, 403);
    }
}

#[test]
fn a_configuration_does_not_know_what_another_remembers() {
    let server = serve();
    let token = token(&good());
    for _ in 0..3 {
        bearer(&server, "/bearer", &token).expect("bearer alice");
        // The same secret, but another `typ`, other keys, another issuer.
        for path in ["/profile", "/rsa", "/ec", "/partner"] {
            assert_eq!(bearer(&server, path, &token).status, 401, "{path}");
        }
    }
}

/// A memory that compared less than the whole token would let a signature carry other claims.
#[test]
fn the_signature_of_a_remembered_token_carries_no_other_claims() {
    let server = serve();
    let known = token(&good());
    for _ in 0..3 {
        bearer(&server, "/bearer", &known).expect("bearer alice");
    }
    let (text, signature) = known.rsplit_once('.').unwrap();
    let (header, payload) = text.split_once('.').unwrap();
    for (header, payload) in [
        (header.to_owned(), encode(with(json!({"sub": "root"})).to_string())),
        (header.to_owned(), encode(with(json!({"exp": NOW + 999_999})).to_string())),
        (encode(r#"{"alg":"HS256","kid":"x"}"#), payload.to_owned()),
        (encode(r#"{"alg":"none"}"#), payload.to_owned()),
        (header.to_owned(), String::new()),
        (String::new(), payload.to_owned()),
    ] {
        refused_token("the token is not valid").check(&bearer(
            &server,
            "/bearer",
            &format!("{header}.{payload}.{signature}"),
        ));
    }
    let padded = format!("{known}=");
    refused_token("the token is not valid").check(&bearer(&server, "/bearer", &padded));
}

#[test]
fn a_rejected_token_stays_rejected_and_a_token_that_comes_of_age_is_taken() {
    let clock = clock();
    let server = serve_at(&clock);
    let early = token(&with(json!({"nbf": NOW + 200, "exp": NOW + 1000})));
    let forged = Hmac::HS256.sign(&[9; 32], r#"{"alg":"HS256"}"#, &good().to_string());
    for _ in 0..3 {
        assert_eq!(bearer(&server, "/bearer", &early).status, 401);
        assert_eq!(bearer(&server, "/bearer", &forged).status, 401);
    }
    clock.set(NOW + 200);
    bearer(&server, "/bearer", &early).expect("bearer alice");
    assert_eq!(bearer(&server, "/bearer", &forged).status, 401);
}

/// Bounded by bytes: a flood of different good tokens neither breaks anything nor makes an old one count less.
#[test]
fn many_good_tokens_do_not_push_the_decision_aside() {
    let server = serve();
    let mine = token(&good());
    let mut connection = server.connect();
    for n in 0..2000 {
        let token = token(&with(json!({"sub": format!("user-{n}"), "pad": "x".repeat(2000)})));
        // A MAC is remembered when it comes again.
        for _ in 0..2 {
            connection.send(format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n"));
            connection.answer().expect(&format!("bearer user-{n}"));
        }
    }
    bearer(&server, "/bearer", &mine).expect("bearer alice");
}
