//! Opaque tokens over real connections: one test for each row of the table of answers that introspection has a part in.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use tests::{Answer, Server};

use super::*;

/// An endpoint that answers with this status and body, and a server that asks it.
fn servers(status: u16, body: Value) -> (Server, Server, Arc<Mutex<usize>>) {
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    let endpoint = Server::start(move |config| {
        let (body, counted) = (body.clone(), Arc::clone(&counted));
        config.default_service(web::to(move || {
            *counted.lock().unwrap() += 1;
            let status = actix_web::http::StatusCode::from_u16(status).unwrap();
            let answer = HttpResponse::build(status).json(&body);
            async move { answer }
        }));
    });
    let auth = metadata::builder(&format!("http://{}/introspect", endpoint.address())).build().unwrap();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(opaque).service(strong).service(rich).service(pay_from));
    });
    (server, endpoint, calls)
}

fn answer(status: u16, body: Value) -> Answer {
    let (server, _endpoint, _) = servers(status, body);
    server.get("/opaque").bearer("an-opaque-token").send()
}

fn good(scope: &str) -> Value {
    json!({
        "active": true, "iss": "https://opaque.example", "aud": AUDIENCE, "sub": "alice",
        "scope": scope, "token_type": "Bearer",
    })
}

#[test]
fn an_active_token_passes_and_is_asked_about_once() {
    let (server, _endpoint, calls) = servers(200, good("read"));
    for _ in 0..3 {
        let answer = server.get("/opaque").bearer("an-opaque-token").send();
        answer.expect("alice");
        assert_eq!(answer.only("cache-control"), Some("private"));
    }
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[test]
fn an_inactive_token_is_401() {
    let answer = answer(200, json!({"active": false}));
    assert_eq!(answer.status, 401);
    let expected = "Bearer realm=\"orders\", error=\"invalid_token\", error_description=\"the token is not valid\", \
                    scope=\"read\"";
    assert_eq!(answer.all("www-authenticate"), [expected]);
}

#[test]
fn a_missing_scope_is_403() {
    let answer = answer(200, good("write"));
    let expected = "Bearer realm=\"orders\", error=\"insufficient_scope\", scope=\"read\"";
    assert_eq!((answer.status, answer.all("www-authenticate")), (403, vec![expected]));
}

#[test]
fn an_endpoint_that_fails_is_503_with_retry_after() {
    for status in [500, 302, 429] {
        let answer = answer(status, good("read"));
        assert_eq!(answer.status, 503, "{status}");
        assert!(answer.only("retry-after").is_some() && answer.all("www-authenticate").is_empty(), "{answer:?}");
    }
}

#[test]
fn our_own_credentials_rejected_are_500() {
    for (status, body) in [(401, json!({})), (403, json!({})), (400, json!({"error": "invalid_client"}))] {
        let answer = answer(status, body);
        assert_eq!(answer.status, 500, "{status}");
        assert!(answer.all("www-authenticate").is_empty() && !answer.text().contains("introspect"), "{answer:?}");
    }
}

/// What the issuer tells beside what every answer says.
fn told(more: Value) -> Value {
    let mut answer = good("read");
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

#[track_caller]
fn asked(path: &str, more: Value) -> Answer {
    let (server, _endpoint, calls) = servers(200, told(more));
    let get = || server.get(path).bearer("an-opaque-token").send();
    let (first, again) = (get(), get());
    // What is remembered means what it meant.
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    assert_eq!(*calls.lock().unwrap(), 1);
    first
}

#[test]
fn the_class_and_the_time_of_an_authentication_are_the_issuers_word() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    asked("/strong", json!({"acr": "mfa", "auth_time": now - 290})).expect("alice");
    let challenge = "Bearer realm=\"orders\", error=\"insufficient_user_authentication\", \
                     error_description=\"a stronger or more recent authentication is required\", acr_values=\"mfa\", max_age=\"300\"";
    for weak in [
        json!({}),
        json!({"acr": "mfa"}),
        json!({"auth_time": now}),
        json!({"acr": "pwd", "auth_time": now}),
        json!({"acr": "mfa", "auth_time": now - 310}),
        json!({"acr": "mfa", "auth_time": now + 90}),
        json!({"acr": "mfa", "auth_time": now.to_string()}),
        json!({"acr": ["mfa"], "auth_time": now}),
        json!({"acr": null, "auth_time": null}),
        // Of the token, and of nobody's authentication.
        json!({"acr": "mfa", "iat": now}),
    ] {
        let answer = asked("/strong", weak.clone());
        assert_eq!((answer.status, answer.all("www-authenticate")), (401, vec![challenge]), "{weak}");
    }
}

#[test]
fn rich_requests_are_read_by_a_check_and_claims_by_their_path() {
    let payment = |account: &str| json!([{"type": "x"}, {"type": "payment", "creditorAccount": {"iban": account}}]);
    asked("/accounts/DE02", json!({"authorization_details": payment("DE02")})).expect("DE02");
    for other in [json!({"authorization_details": payment("DE03")}), json!({"authorization_details": {}}), json!({})] {
        assert_eq!(asked("/accounts/DE02", other.clone()).status, 403, "{other}");
    }
    let [low, high] =
        [false, true].map(|high| json!([{"type": "payment", "limits": {"high": high, "currency": "EUR"}}]));
    asked("/rich", json!({"authorization_details": low})).expect("alice");
    for other in [json!({"authorization_details": high}), json!({"authorization_details": "payment"}), json!({})] {
        let answer = asked("/rich", other.clone());
        assert_eq!((answer.status, answer.all("www-authenticate")), (403, vec![]), "{other}");
    }
}
