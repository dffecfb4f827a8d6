//! Registered claims of tokens whose signature is good.

use std::time::Duration;

use crate::jwt::tests::*;

/// Signs good claims with one replaced by JSON text as it is.
fn with_text(name: &str, value: &str) -> String {
    let claims = with(json!({ name: null })).to_string();
    let claims = format!("{{\"{name}\":{value},{}", &claims[1..]);
    sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), r#"{"alg":"HS256"}"#, &claims)
}

#[test]
fn exp_is_required_and_counts_to_the_second() {
    let verifier = verifier(jwt());
    assert_eq!(refused(&verifier, &hs256(&with(json!({"exp": null})))), Reason::ClaimsInvalid);
    assert_eq!(refused(&verifier, &hs256(&with(json!({"exp": NOW - 60})))), Reason::TokenExpired);
    assert_eq!(accepted(&verifier, &hs256(&with(json!({"exp": NOW - 59})))).expires_at(), Some(NOW - 59));
    assert_eq!(refused(&verifier, &hs256(&with(json!({"exp": 0})))), Reason::TokenExpired);
}

#[test]
fn nbf_and_iat_must_not_lie_in_the_future() {
    let verifier = verifier(jwt());
    for name in ["nbf", "iat"] {
        accepted(&verifier, &hs256(&with(json!({ name: NOW + 60 }))));
        assert_eq!(refused(&verifier, &hs256(&with(json!({ name: NOW + 61 })))), Reason::TokenNotYetValid, "{name}");
    }
}

#[test]
fn leeway_is_what_was_said() {
    let exact = verifier(jwt().leeway(Duration::ZERO));
    assert_eq!(refused(&exact, &hs256(&with(json!({"exp": NOW})))), Reason::TokenExpired);
    accepted(&exact, &hs256(&with(json!({"exp": NOW + 1, "nbf": NOW, "iat": NOW}))));
    assert_eq!(refused(&exact, &hs256(&with(json!({"nbf": NOW + 1})))), Reason::TokenNotYetValid);
    let lenient = verifier(jwt().leeway(Duration::from_secs(300)));
    accepted(&lenient, &hs256(&with(json!({"exp": NOW - 299}))));
}

#[test]
fn fractions_go_to_the_safe_side() {
    let verifier = verifier(jwt().leeway(Duration::ZERO));
    assert_eq!(refused(&verifier, &with_text("exp", &format!("{NOW}.9"))), Reason::TokenExpired);
    assert_eq!(accepted(&verifier, &with_text("exp", &format!("{}.9", NOW + 1))).expires_at(), Some(NOW + 1));
    for name in ["nbf", "iat"] {
        assert_eq!(refused(&verifier, &with_text(name, &format!("{NOW}.1"))), Reason::TokenNotYetValid);
        accepted(&verifier, &with_text(name, &format!("{NOW}.0")));
        accepted(&verifier, &with_text(name, "1.7e9"));
    }
}

#[test]
fn dates_that_are_no_dates_are_refused() {
    let verifier = verifier(jwt());
    for name in ["exp", "nbf", "iat"] {
        for value in [
            "true",
            "\"1900000000\"",
            "\"\"",
            "[]",
            "[1900000000]",
            "{}",
            "-1",
            "-0.5",
            "-0.0",
            "-1e300",
            "1e300",
            "1e18",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "-9223372036854775809",
            "253402300800",
            "1767225600000",
            "1e999",
            "NaN",
            "Infinity",
            "-Infinity",
            "0x7fffffff",
            "1_900_000_000",
            "01900000000",
        ] {
            assert_eq!(refused(&verifier, &with_text(name, value)), Reason::ClaimsInvalid, "{name}: {value}");
        }
    }
    accepted(&verifier, &with_text("exp", "253402300799"));
}

#[test]
fn aud_is_ours_or_contains_ours() {
    let verifier = verifier(jwt().audience("second"));
    for aud in [json!(AUDIENCE), json!("second"), json!([AUDIENCE]), json!(["other", "second"])] {
        accepted(&verifier, &hs256(&with(json!({"aud": aud}))));
    }
    for aud in [
        json!("other"),
        json!([]),
        json!(["other"]),
        json!(""),
        json!("https://api.example/"),
        json!("HTTPS://API.EXAMPLE"),
        json!("second third"),
    ] {
        assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": aud})))), Reason::AudienceWrong, "{aud}");
    }
    assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": null})))), Reason::AudienceWrong, "missing");
    for aud in [
        json!(1),
        json!(true),
        json!({AUDIENCE: 1}),
        json!([AUDIENCE, 1]),
        json!([[AUDIENCE]]),
        json!([null, AUDIENCE]),
    ] {
        assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": aud})))), Reason::ClaimsInvalid, "{aud}");
    }
}

#[test]
fn any_audience_still_wants_the_right_type() {
    let verifier = verifier(Jwt::hs256(SECRET).issuer(ISSUER).dangerous_any_audience());
    accepted(&verifier, &hs256(&with(json!({"aud": null}))));
    accepted(&verifier, &hs256(&with(json!({"aud": "other"}))));
    assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": [1]})))), Reason::ClaimsInvalid);
}

#[test]
fn client_id_stands_in_for_a_missing_audience() {
    let verifier = verifier(Jwt::hs256(SECRET).issuer(ISSUER).client_id("app").client_id("cli"));
    for claims in [json!({"client_id": "app"}), json!({"azp": "cli"}), json!({"client_id": "app", "azp": "app"})] {
        let mut claims = with(claims);
        claims.as_object_mut().unwrap().remove("aud");
        accepted(&verifier, &hs256(&claims));
        claims["aud"] = json!(["x", "app"]);
        accepted(&verifier, &hs256(&claims));
        claims["aud"] = json!("other");
        assert_eq!(refused(&verifier, &hs256(&claims)), Reason::AudienceWrong);
    }
    for claims in
        [json!({}), json!({"client_id": "other"}), json!({"client_id": "app", "azp": "other"}), json!({"aud": "app"})]
    {
        let mut merged = with(json!({"aud": null}));
        merged.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        assert_eq!(refused(&verifier, &hs256(&merged)), Reason::AudienceWrong, "{claims}");
    }
    assert_eq!(refused(&verifier, &hs256(&with(json!({"aud": null, "client_id": ["app"]})))), Reason::ClaimsInvalid);
}

#[test]
fn iss_is_compared_byte_for_byte() {
    let verifier = verifier(jwt());
    for iss in ["https://idp.example/", "HTTPS://idp.example", "https://idp.example ", "", "https://idp.example\u{0}"] {
        assert_eq!(refused(&verifier, &hs256(&with(json!({"iss": iss})))), Reason::IssuerWrong, "{iss}");
    }
    assert_eq!(refused(&verifier, &hs256(&with(json!({"iss": null})))), Reason::IssuerWrong, "missing");
    for iss in [json!(1), json!([ISSUER]), json!({})] {
        assert_eq!(refused(&verifier, &hs256(&with(json!({"iss": iss})))), Reason::ClaimsInvalid, "{iss}");
    }
}

#[test]
fn a_token_names_its_subject() {
    let default = verifier(jwt());
    for sub in [json!(null), json!(""), json!(1), json!(["alice"])] {
        assert_eq!(refused(&default, &hs256(&with(json!({"sub": sub})))), Reason::ClaimsInvalid, "{sub}");
    }
    let other = verifier(jwt().subject_claim("oid"));
    assert_eq!(accepted(&other, &hs256(&with(json!({"oid": "7"})))).subject(), "7");
    assert_eq!(refused(&other, &hs256(&good())), Reason::ClaimsInvalid);
}

#[test]
fn jti_is_a_string() {
    let verifier = verifier(jwt());
    accepted(&verifier, &hs256(&with(json!({"jti": "7"}))));
    assert_eq!(refused(&verifier, &hs256(&with(json!({"jti": 7})))), Reason::ClaimsInvalid);
}

#[test]
fn the_principal_carries_what_was_verified() {
    let verifier = jwt().into_settings().jwt.unwrap().verifier(Presentation::bearer(Some("partner".into()))).unwrap();
    let principal = verifier.verify_token(hs256(&with(json!({"tenant": "acme"}))).as_bytes(), NOW).unwrap();
    assert_eq!(principal.scheme(), "bearer");
    assert_eq!(principal.configuration(), Some("partner"));
    assert_eq!(principal.issuer(), Some(ISSUER));
    assert_eq!(principal.subject(), "alice");
    assert_eq!(principal.expires_at(), Some(NOW + 600));
    assert_eq!(principal.claims().unwrap()["tenant"], json!("acme"));
}
