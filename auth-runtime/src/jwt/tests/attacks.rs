//! Tokens made to deceive (RFC 8725 section 2).

use crate::jwt::tests::*;

#[test]
fn alg_none_in_every_spelling_is_refused() {
    let verifier = verifier(jwt());
    for alg in ["none", "None", "NONE", "nOnE", "none ", " none", "no\\u006ee", "", "null", "HS256\\u0000"] {
        for signature in ["", "AA"] {
            let token =
                format!("{}.{}.{signature}", encode(format!("{{\"alg\":\"{alg}\"}}")), encode(good().to_string()));
            assert_eq!(refused(&verifier, &token), Reason::AlgorithmRefused, "{alg}");
        }
    }
}

#[test]
fn alg_missing_of_another_type_or_case_is_refused() {
    let verifier = verifier(jwt());
    for header in [
        json!({}),
        json!({"alg": null}),
        json!({"alg": ["HS256"]}),
        json!({"alg": 256}),
        json!({"alg": "hs256"}),
        json!({"Alg": "HS256"}),
    ] {
        assert_eq!(
            refused(&verifier, &sign(Algorithm::HS256, header.clone(), &good())),
            Reason::AlgorithmRefused,
            "{header}"
        );
    }
}

#[test]
fn a_public_key_is_no_hmac_secret() {
    let verifier = verifier(Jwt::public_pem(Algorithm::RS256, RSA_PUBLIC).issuer(ISSUER).audience(AUDIENCE));
    let der = pem_body(RSA_PUBLIC);
    for secret in [RSA_PUBLIC, RSA_PUBLIC.trim_ascii_end(), &der] {
        for alg in ["HS256", "RS256"] {
            let key = EncodingKey::from_secret(secret);
            let token = sign_text(Algorithm::HS256, &key, &json!({"alg": alg}).to_string(), &good().to_string());
            let expected = if alg == "HS256" { Reason::AlgorithmRefused } else { Reason::SignatureInvalid };
            assert_eq!(refused(&verifier, &token), expected);
        }
    }
}

#[test]
fn an_empty_secret_opens_nothing() {
    let verifier = verifier(jwt());
    let key = EncodingKey::from_secret(b"");
    let token = sign_text(Algorithm::HS256, &key, r#"{"alg":"HS256"}"#, &good().to_string());
    assert_eq!(refused(&verifier, &token), Reason::SignatureInvalid);
}

#[test]
fn kid_is_compared_and_never_interpreted() {
    let verifier = verifier(Jwt::key(Key::hs256(SECRET).id("a")).issuer(ISSUER).audience(AUDIENCE));
    accepted(&verifier, &sign(Algorithm::HS256, json!({"alg": "HS256", "kid": "a"}), &good()));
    for kid in [
        "../../../../dev/null",
        "/dev/null",
        "a' OR '1'='1",
        "a'; DROP TABLE keys;--",
        "A",
        "a ",
        "",
        "a\u{0}",
        "https://evil.example/key",
        "$(id)",
    ] {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "kid": kid}), &good());
        assert_eq!(refused(&verifier, &token), Reason::KeyUnknown, "{kid}");
    }
    for kid in [json!(null), json!(1), json!(["a"]), json!({"a": 1})] {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "kid": kid}), &good());
        assert_eq!(refused(&verifier, &token), Reason::TokenNotJwt, "{kid}");
    }
}

#[test]
fn keys_that_a_token_brings_along_are_ignored() {
    let verifier = verifier(jwt());
    let jwk = json!({"kty": "oct", "alg": "HS256", "k": encode([1; 32])});
    let header = json!({
        "alg": "HS256", "jwk": jwk, "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/cert", "x5c": ["AA=="],
    });
    let forged =
        sign_text(Algorithm::HS256, &EncodingKey::from_secret(&[1; 32]), &header.to_string(), &good().to_string());
    assert_eq!(refused(&verifier, &forged), Reason::SignatureInvalid);
    accepted(&verifier, &sign(Algorithm::HS256, header, &good()));
}

#[test]
fn crit_is_refused_whatever_it_names() {
    let verifier = verifier(jwt());
    for crit in
        [json!([]), json!(["exp"]), json!(["b64"]), json!(["alg"]), json!("b64"), json!(null), json!({}), json!([1])]
    {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "crit": crit, "exp": 1}), &good());
        assert_eq!(refused(&verifier, &token), Reason::CriticalUnknown, "{crit}");
    }
    for b64 in [json!(false), json!(true)] {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "b64": b64}), &good());
        assert_eq!(refused(&verifier, &token), Reason::CriticalUnknown);
    }
}

#[test]
fn other_kinds_of_token_are_refused() {
    let verifier = verifier(jwt());
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
        accepted(&verifier, &sign(Algorithm::HS256, json!({"alg": "HS256", "typ": typ}), &good()));
    }
    for typ in [
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
        "JOSE",
        "JWE",
        "",
        " JWT",
        "at+jwt2",
        "application/",
        "application/application/at+jwt",
        "ａt+jwt",
    ] {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "typ": typ}), &good());
        assert_eq!(refused(&verifier, &token), Reason::TypeWrong, "{typ}");
    }
    for typ in [json!(null), json!(1), json!(["JWT"])] {
        let token = sign(Algorithm::HS256, json!({"alg": "HS256", "typ": typ}), &good());
        assert_eq!(refused(&verifier, &token), Reason::TypeWrong, "{typ}");
    }
}

#[test]
fn the_access_token_profile_takes_access_tokens_only() {
    let verifier = verifier(jwt().access_token_profile());
    for typ in ["at+jwt", "application/at+jwt"] {
        accepted(&verifier, &sign(Algorithm::HS256, json!({"alg": "HS256", "typ": typ}), &good()));
    }
    for header in
        [json!({"alg": "HS256"}), json!({"alg": "HS256", "typ": "JWT"}), json!({"alg": "HS256", "typ": "id+jwt"})]
    {
        assert_eq!(refused(&verifier, &sign(Algorithm::HS256, header, &good())), Reason::TypeWrong);
    }
}

#[test]
fn members_given_twice_are_refused_in_header_and_claims() {
    let verifier = verifier(jwt());
    let key = signing_key(Algorithm::HS256);
    for header in [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"none","\u0061lg":"HS256"}"#,
        r#"{"alg":"HS256","x":{"y":1,"\u0079":2}}"#,
    ] {
        let token = sign_text(Algorithm::HS256, &key, header, &good().to_string());
        assert_eq!(refused(&verifier, &token), Reason::TokenNotJwt, "{header}");
    }
    let claims = good().to_string();
    let open = claims.strip_suffix('}').unwrap();
    for extra in [r#""sub":"root""#, r#""su\u0062":"root""#, r#""x":[{"a":1,"\u0061":1}]"#] {
        let token = sign_text(Algorithm::HS256, &key, r#"{"alg":"HS256"}"#, &format!("{open},{extra}}}"));
        assert_eq!(refused(&verifier, &token), Reason::ClaimsInvalid, "{extra}");
    }
}

#[test]
fn a_member_more_than_may_be_is_refused_in_header_and_claims() {
    let verifier = verifier(jwt());
    let key = signing_key(Algorithm::HS256);
    // With so many members in all.
    let padded = |object: &Value, members: usize| {
        let mut object = object.as_object().unwrap().clone();
        object.extend((object.len()..members).map(|number| (format!("x{number}"), json!(1))));
        Value::Object(object).to_string()
    };
    let token = |header: usize, claims: usize| {
        let header = padded(&json!({"alg": "HS256"}), header);
        sign_text(Algorithm::HS256, &key, &header, &padded(&good(), claims))
    };
    accepted(&verifier, &token(32, 512));
    assert_eq!(refused(&verifier, &token(33, 512)), Reason::TokenNotJwt);
    assert_eq!(refused(&verifier, &token(32, 513)), Reason::ClaimsInvalid);
}

#[test]
fn a_token_of_the_wrong_shape_is_no_jwt() {
    let verifier = verifier(jwt());
    let token = hs256(&good());
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for token in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "abc".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}.a.b"),
        format!("{}.{payload}.{signature}", encode("[]")),
        format!("{}.{payload}.{signature}", encode("HS256")),
    ] {
        assert_eq!(refused(&verifier, &token), Reason::TokenNotJwt, "{token}");
    }
}

#[test]
fn base64url_has_one_spelling() {
    let verifier = verifier(jwt());
    let token = hs256(&with(json!({"pad": "~~~???"})));
    accepted(&verifier, &token);
    let parts: Vec<&str> = token.split('.').collect();
    let last = |text: &str| text.chars().last().unwrap();
    // 32 bytes are 43 characters, the last of which has two bits too many.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last(parts[2])).unwrap();
    assert_eq!(at % 4, 0);
    for bits in 1..4 {
        let other = alphabet.chars().nth(at + bits).unwrap();
        let signature = format!("{}{other}", &parts[2][..42]);
        assert_eq!(refused(&verifier, &format!("{}.{}.{signature}", parts[0], parts[1])), Reason::TokenNotJwt);
    }
    for spelling in ["=", "==", " ", "\n", "%3D", "A"] {
        for index in 0..3 {
            let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            parts[index].push_str(spelling);
            let token = parts.join(".");
            assert!(verifier.verify_token(token.as_bytes(), NOW).is_err(), "{token}");
        }
    }
    let standard = token.replace('-', "+").replace('_', "/");
    assert_ne!(standard, token);
    assert_eq!(refused(&verifier, &standard), Reason::TokenNotJwt);
}

#[test]
fn text_that_is_no_utf8_is_refused() {
    let verifier = verifier(jwt());
    assert_eq!(verifier.verify_token(b"\xff\xfe.\x80.\x00", NOW).unwrap_err(), Reason::TokenNotJwt);
    for payload in [&b"{\"sub\":\"\xff\"}"[..], b"\xef\xbb\xbf{}", b"{\"\xed\xa0\x80\":1}"] {
        let key = signing_key(Algorithm::HS256);
        let token = sign_text(Algorithm::HS256, &key, r#"{"alg":"HS256"}"#, payload);
        assert_eq!(refused(&verifier, &token), Reason::ClaimsInvalid);
    }
}

#[test]
fn claims_that_are_no_object_are_refused() {
    let verifier = verifier(jwt());
    for payload in ["", "null", "[]", "\"x\"", "1", "{}{}", "{} ", "{}x", "{'sub':1}", "eyJhbGciOiJIUzI1NiJ9.e30.AA"] {
        let token = sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), r#"{"alg":"HS256"}"#, payload);
        let expected = match payload {
            "" => Reason::TokenNotJwt,
            "{} " => Reason::IssuerWrong,
            _ => Reason::ClaimsInvalid,
        };
        assert_eq!(refused(&verifier, &token), expected, "{payload}");
    }
}

#[test]
fn huge_and_deep_tokens_are_refused_early() {
    let default = verifier(jwt());
    let padded = |bytes: usize| hs256(&with(json!({"pad": "x".repeat(bytes)})));
    accepted(&default, &padded(11_000));
    assert_eq!(refused(&default, &padded(16 * 1024)), Reason::TokenTooLong);
    assert_eq!(refused(&default, &"A".repeat(10_000_000)), Reason::TokenTooLong);
    assert_eq!(refused(&default, &".".repeat(16 * 1024)), Reason::TokenNotJwt);
    let token = hs256(&good());
    accepted(&verifier(jwt().max_token_bytes(token.len())), &token);
    assert_eq!(refused(&verifier(jwt().max_token_bytes(token.len() - 1)), &token), Reason::TokenTooLong);

    let deep = |text: &str| sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), r#"{"alg":"HS256"}"#, text);
    assert_eq!(
        refused(&default, &deep(&format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000)))),
        Reason::ClaimsInvalid
    );
    assert_eq!(refused(&default, &deep(&"{\"a\":".repeat(2000))), Reason::ClaimsInvalid);
    let header = format!("{{\"alg\":\"HS256\",\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let token = sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), &header, "{}");
    assert_eq!(refused(&default, &token), Reason::TokenNotJwt);
}

/// 12 KB of escaped names took up to two milliseconds of a thread, unescaped anew for each parameter that was looked up.
#[test]
fn a_long_header_of_escaped_names_costs_no_more_than_ten_ordinary_ones() {
    let verifier = verifier(jwt());
    let token = |header: &str| {
        let token = sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), header, &good().to_string());
        assert!(token.len() < 16 * 1024 && (header.len() < 1000 || token.len() > 14 * 1024), "{}", token.len());
        token
    };
    let members = |(count, escapes): (usize, usize)| {
        (0..count).map(|number| format!(",\"{}{number}\":1", r"\u0061".repeat(escapes))).collect::<String>()
    };
    // The least of many: others run at the same time.
    let cost = |token: &str| {
        let once = || {
            let start = std::time::Instant::now();
            let _ = verifier.verify_token(token.as_bytes(), NOW);
            start.elapsed()
        };
        (0..200).map(|_| once()).min().unwrap()
    };
    let ordinary = cost(&token(r#"{"alg":"HS256","typ":"JWT","kid":"x"}"#));
    for shape in [(1, 1_900), (10, 189), (30, 62), (31, 60), (300, 5), (800, 1)] {
        let attack = cost(&token(&format!(r#"{{"alg":"HS256"{}}}"#, members(shape))));
        assert!(attack < 10 * ordinary, "{shape:?}: {attack:?} instead of {ordinary:?}");
    }
}

#[test]
fn a_bound_token_needs_its_proof() {
    // Of a scheme that has nothing proved; `bearer` compares certificates itself.
    let verifier = jwt().into_settings().jwt.unwrap().verifier(Presentation::unbound(None)).unwrap();
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let whole = [json!({"jkt": thumbprint}), json!({"x5t#S256": thumbprint})];
    let unreadable = [json!({"jkt": "x"}), json!({"x5t#S256": "x"}), json!({}), json!("x"), json!(false)];
    for cnf in whole.into_iter().chain(unreadable) {
        assert_eq!(refused(&verifier, &hs256(&with(json!({"cnf": cnf})))), Reason::TokenBound);
    }
    let token = sign_text(
        Algorithm::HS256,
        &signing_key(Algorithm::HS256),
        r#"{"alg":"HS256"}"#,
        &good().to_string().replace("\"sub\"", "\"cnf\":null,\"sub\""),
    );
    assert_eq!(refused(&verifier, &token), Reason::TokenBound);
}

/// The signature decides before any claim does: a forger learns nothing about the checks behind it.
#[test]
fn claims_of_a_forged_token_are_not_judged() {
    let verifier = verifier(jwt());
    for changes in
        [json!({"exp": 1}), json!({"aud": "x"}), json!({"cnf": {}}), json!({"sub": null}), json!({"exp": "soon"})]
    {
        let forged = sign_text(
            Algorithm::HS256,
            &EncodingKey::from_secret(&[9; 32]),
            r#"{"alg":"HS256"}"#,
            &with(changes).to_string(),
        );
        assert_eq!(refused(&verifier, &forged), Reason::SignatureInvalid);
    }
}

fn pem_body(pem: &[u8]) -> Vec<u8> {
    let text: String = std::str::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
