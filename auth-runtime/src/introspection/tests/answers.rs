//! What an answer says of a token, and what is no answer.

use super::*;

#[actix_web::test]
async fn an_active_token_is_the_principal_of_its_answer() {
    let principal = verified(judged(good()).await);
    assert_eq!(
        (principal.scheme(), principal.issuer(), principal.subject(), principal.expires_at()),
        ("bearer", Some(ISSUER), "alice", Some(NOW + 600))
    );
    assert_eq!(principal.scopes().unwrap().collect::<Vec<_>>(), ["read", "write"]);
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["ops"]);
    assert_eq!(principal.claims().unwrap().get("active"), Some(&json!(true)));
    assert_eq!(verified(judged(with(json!({"exp": null}))).await).expires_at(), None);
}

#[actix_web::test]
async fn only_the_literal_true_is_active() {
    for active in [json!(false), json!("true"), json!(1), json!([true]), json!({"a": true}), json!("active")] {
        let mut answer = good();
        answer.as_object_mut().unwrap().insert("active".into(), active.clone());
        assert_eq!(rejected(&judged(answer).await), Reason::TokenInactive, "{active}");
    }
    let null = Mock::start(|_| Reply::ok(good().to_string().replace("\"active\":true", "\"active\":null")));
    assert_eq!(rejected(&ask(&scheme(introspection(&null)), "token").await), Reason::TokenInactive);
}

#[actix_web::test]
async fn issuer_audience_times_type_and_binding_of_the_answer_are_checked() {
    for (changes, reason) in [
        (json!({"iss": "https://evil.example"}), Reason::IssuerWrong),
        (json!({"iss": null}), Reason::IssuerWrong),
        (json!({"aud": "other"}), Reason::AudienceWrong),
        (json!({"aud": null}), Reason::AudienceWrong),
        (json!({"aud": [AUDIENCE, 1]}), Reason::ClaimsInvalid),
        (json!({"exp": NOW - 60}), Reason::TokenExpired),
        (json!({"exp": "never"}), Reason::ClaimsInvalid),
        (json!({"exp": -1}), Reason::ClaimsInvalid),
        (json!({"nbf": NOW + 61}), Reason::TokenNotYetValid),
        (json!({"iat": NOW + 61}), Reason::TokenNotYetValid),
        (json!({"sub": null}), Reason::ClaimsInvalid),
        (json!({"sub": ""}), Reason::ClaimsInvalid),
        (json!({"token_type": null}), Reason::TypeWrong),
        (json!({"token_type": "refresh_token"}), Reason::TypeWrong),
        (json!({"token_type": 1}), Reason::ClaimsInvalid),
        (json!({"token_type": "DPoP"}), Reason::TokenBound),
        (json!({"token_use": "refresh_token"}), Reason::TypeWrong),
        (json!({"typ": "Refresh"}), Reason::TypeWrong),
        (json!({"cnf": {"jkt": "x"}}), Reason::TokenBound),
        (json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), Reason::TokenBound),
        (
            json!({"token_type": "DPoP", "cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
            Reason::TokenBound,
        ),
    ] {
        assert_eq!(rejected(&judged(with(changes.clone())).await), reason, "{changes}");
    }
    for changes in [
        json!({"exp": NOW - 59}),
        json!({"token_type": "bearer"}),
        json!({"token_type": null, "typ": "Bearer"}),
        json!({"token_type": null, "token_use": "access_token"}),
        json!({"scope": null}),
    ] {
        verified(judged(with(changes)).await);
    }
}

#[actix_web::test]
async fn what_is_weaker_must_be_said() {
    let mock = Mock::start(|_| Reply::json(&json!({"active": true, "client_id": "job"})));
    let open = Introspection::new(mock.url())
        .client_secret_basic("id", SECRET)
        .dangerous_any_issuer()
        .dangerous_any_audience()
        .dangerous_any_token_type()
        .subject_claim("client_id");
    let principal = verified(ask(&scheme(open), "token").await);
    assert_eq!((principal.subject(), principal.issuer(), principal.scopes().is_none()), ("job", None, true));
}

#[actix_web::test]
async fn what_is_no_answer_says_nothing_about_the_token() {
    let twice = good().to_string().replacen('{', "{\"active\":false,", 1);
    let huge = with(json!({"x": "x".repeat(64 * 1024)})).to_string();
    let inactive_page = Reply { content_type: "text/html", ..Reply::ok(good().to_string()) };
    let replies = [
        Reply::ok(""),
        Reply::ok("true"),
        Reply::ok("{}"),
        Reply::ok("{\"active\":true"),
        Reply::ok(format!("[{}]", good())),
        Reply::ok(format!("{}x", good())),
        Reply::ok(twice),
        Reply::ok(huge),
        inactive_page,
        Reply::status(500, good().to_string()),
        Reply::status(404, "{}"),
        Reply::status(429, "{}"),
        Reply::status(201, good().to_string()),
    ];
    for reply in replies {
        let shown = format!("{} {:.40}", reply.status, reply.body);
        let mock = Mock::start(move |_| reply.clone());
        let outcome = ask(&scheme(introspection(&mock)), "token").await;
        assert_eq!(unavailable(&outcome), Reason::IntrospectionUnavailable, "{shown}");
    }
    assert_eq!(Reason::IntrospectionUnavailable.status(), 503);
}

#[actix_web::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let mock = Mock::start(move |call| {
            let location = if call.path == "/introspect" { "/elsewhere" } else { "" };
            match location {
                "" => Reply::json(&good()),
                _ => Reply { location: Some(location), ..Reply::status(status, "") },
            }
        });
        let outcome = ask(&scheme(introspection(&mock)), "token").await;
        assert_eq!(unavailable(&outcome), Reason::IntrospectionUnavailable);
        assert_eq!(mock.paths(), ["/introspect"], "{status}");
    }
}

#[actix_web::test]
async fn our_own_credentials_rejected_are_our_failure_and_no_callers() {
    for reply in [
        Reply::status(401, ""),
        Reply::status(403, ""),
        Reply::status(400, r#"{"error":"invalid_client"}"#),
        Reply::status(400, r#"{"error":"unauthorized_client"}"#),
    ] {
        let mock = Mock::start(move |_| reply.clone());
        let scheme = scheme(introspection(&mock).breaker(2, Duration::from_secs(60)));
        for _ in 0..4 {
            assert_eq!(unavailable(&ask(&scheme, "token").await), Reason::IntrospectionRefused);
        }
        assert_eq!(mock.calls(), 2, "also left alone, lest an account be locked");
    }
    assert_eq!(Reason::IntrospectionRefused.status(), 500);
}

#[actix_web::test]
async fn a_token_the_endpoint_cannot_take_does_not_cut_off_the_others() {
    let mock = Mock::start(|call| match call.field("token").as_deref() {
        Some("good") => Reply::json(&good()),
        _ => Reply::status(400, r#"{"error":"invalid_request"}"#),
    });
    let scheme = scheme(introspection(&mock).breaker(1, Duration::from_secs(60)));
    for token in ["bad1", "bad2", "bad3"] {
        assert_eq!(unavailable(&ask(&scheme, token).await), Reason::IntrospectionUnavailable);
    }
    verified(ask(&scheme, "good").await);
}

#[actix_web::test]
async fn a_token_of_a_kind_the_endpoint_does_not_know_is_refused_for_good() {
    let mock = Mock::start(|_| Reply::status(400, r#"{"error":"unsupported_token_type"}"#));
    let scheme = scheme(introspection(&mock).breaker(1, Duration::from_secs(60)));
    for _ in 0..3 {
        assert_eq!(rejected(&ask(&scheme, "e30.e30.e30").await), Reason::TokenInactive);
    }
    assert_eq!(mock.calls(), 1, "and remembered as such");
    assert_eq!(rejected(&ask(&scheme, "other").await), Reason::TokenInactive, "the endpoint works");
}
