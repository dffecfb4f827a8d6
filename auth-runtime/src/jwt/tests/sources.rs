//! Where a request may carry its token (RFC 6750 section 2), and what counts when there are several.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderValue, REFERRER_POLICY};
use actix_web::test::TestRequest;

use crate::jwt::tests::*;
use crate::scheme::probe::{self, Presence};
use crate::scheme::{Authentication, BearerScheme, Outcome, Recognition, Scheme};
use crate::time::Clock;

struct Fixed(UnixTime);

impl Clock for Fixed {
    fn read(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.unsigned_abs())
    }
}

fn scheme(jwt: impl ReadyJwt) -> BearerScheme {
    jwt.into_settings().build(None).unwrap()
}

/// Presence and outcome: the subject, or the reason of a refusal.
fn ask(scheme: &BearerScheme, request: &HttpRequest, now: UnixTime) -> (Presence, Result<String, Reason>) {
    let clock: Arc<dyn Clock> = Arc::new(Fixed(now));
    let outcome = match probe::begin(scheme, request, &clock) {
        None => Err(Reason::CredentialsMissing),
        Some(Authentication::Pending(_)) => panic!("waits"),
        Some(Authentication::Ready(Outcome::Verified(principal))) => Ok(principal.subject().to_owned()),
        Some(Authentication::Ready(outcome)) => Err(probe::reason(&outcome)),
    };
    (probe::find(scheme, request, &clock), outcome)
}

fn header(value: impl AsRef<[u8]>) -> HttpRequest {
    TestRequest::default()
        .insert_header((AUTHORIZATION, HeaderValue::from_bytes(value.as_ref()).unwrap()))
        .to_http_request()
}

fn token(subject: &str) -> String {
    hs256(&with(json!({"sub": subject})))
}

fn explicit(reason: Reason) -> (Presence, Result<String, Reason>) {
    (Presence::Explicit, Err(reason))
}

#[test]
fn the_header_carries_the_token() {
    let scheme = scheme(jwt());
    let alice = (Presence::Explicit, Ok("alice".to_owned()));
    for name in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        for spaces in [" ", "  ", "     "] {
            assert_eq!(ask(&scheme, &header(format!("{name}{spaces}{}", token("alice"))), NOW), alice);
        }
    }
}

#[test]
fn other_schemes_and_nothing_are_absent() {
    let scheme = scheme(jwt());
    let absent = (Presence::Absent, Err(Reason::CredentialsMissing));
    assert_eq!(ask(&scheme, &TestRequest::default().to_http_request(), NOW), absent);
    for value in ["Basic YTpi", "", "Bearerx abc", "Bear er", "DPoP abc", "x Bearer abc"] {
        assert_eq!(ask(&scheme, &header(value), NOW), absent, "{value}");
    }
}

#[test]
fn broken_syntax_is_malformed_and_never_absent() {
    let scheme = scheme(jwt());
    let token = token("alice");
    for value in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer    ".to_owned(),
        format!("Bearer\t{token}"),
        format!("Bearer \t{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},{token}"),
        format!("Bearer {token} "),
        format!("Bearer {token}\t"),
        format!("Bearer \"{token}\""),
        format!("Bearer token={token}"),
        format!("Bearer {token}, Basic YTpi"),
        "Bearer =".to_owned(),
        "Bearer ==a".to_owned(),
        "Bearer a=b".to_owned(),
        "Bearer a%20b".to_owned(),
        "Bearer ü".to_owned(),
    ] {
        assert_eq!(ask(&scheme, &header(&value), NOW), explicit(Reason::CredentialsMalformed), "{value:?}");
    }
    assert_eq!(ask(&scheme, &header(b"Bearer a\xff"), NOW), explicit(Reason::CredentialsMalformed));
}

#[test]
fn well_formed_but_no_jwt_is_another_matter() {
    let scheme = scheme(jwt());
    for value in ["Bearer abc", "Bearer mF_9.B5f-4.1JqM", "Bearer a.b.c", "Bearer a+/~==", "Bearer ...", "Bearer ~"] {
        assert_eq!(ask(&scheme, &header(value), NOW), explicit(Reason::TokenNotJwt), "{value}");
    }
    assert_eq!(ask(&scheme, &header(format!("Bearer {}", "a".repeat(20_000))), NOW), explicit(Reason::TokenTooLong));
}

#[test]
fn two_authorization_lines_are_refused_whatever_they_hold() {
    let scheme = scheme(jwt().cookie("token"));
    for second in [format!("Bearer {}", token("alice")), "Basic YTpi".to_owned()] {
        let request = TestRequest::default()
            .append_header((AUTHORIZATION, format!("Bearer {}", token("alice"))))
            .append_header((AUTHORIZATION, second))
            .append_header((COOKIE, format!("token={}", token("carol"))))
            .to_http_request();
        assert_eq!(ask(&scheme, &request, NOW), explicit(Reason::AuthorizationRepeated));
    }
}

#[test]
fn a_cookie_counts_only_where_it_was_asked_for_and_is_ambient() {
    let request = TestRequest::default().append_header((COOKIE, format!("token={}", token("carol")))).to_http_request();
    assert_eq!(ask(&scheme(jwt()), &request, NOW), (Presence::Absent, Err(Reason::CredentialsMissing)));
    let scheme = scheme(jwt().cookie("token"));
    assert_eq!(ask(&scheme, &request, NOW), (Presence::Ambient, Ok("carol".to_owned())));
    for (cookie, reason) in [
        ("token=", Reason::TokenNotJwt),
        ("token=abc", Reason::TokenNotJwt),
        ("token=a; token=b", Reason::CookieUnreadable),
        ("token", Reason::CookieUnreadable),
    ] {
        let request = TestRequest::default().append_header((COOKIE, cookie)).to_http_request();
        assert_eq!(ask(&scheme, &request, NOW), (Presence::Ambient, Err(reason)), "{cookie}");
    }
    let other = TestRequest::default().append_header((COOKIE, format!("Token={}", token("carol")))).to_http_request();
    assert_eq!(ask(&scheme, &other, NOW).0, Presence::Absent);
}

#[test]
fn the_header_wins_over_the_cookie_also_when_it_is_bad() {
    let scheme = scheme(jwt().cookie("token"));
    let both = |header: String| {
        TestRequest::default()
            .append_header((AUTHORIZATION, header))
            .append_header((COOKIE, format!("token={}", token("carol"))))
            .to_http_request()
    };
    assert_eq!(
        ask(&scheme, &both(format!("Bearer {}", token("alice"))), NOW),
        (Presence::Explicit, Ok("alice".to_owned()))
    );
    assert_eq!(ask(&scheme, &both("Bearer abc".into()), NOW), explicit(Reason::TokenNotJwt));
    assert_eq!(ask(&scheme, &both("Bearer".into()), NOW), explicit(Reason::CredentialsMalformed));
    // Presence of another scheme leave the cookie to count.
    assert_eq!(ask(&scheme, &both("Basic YTpi".into()), NOW), (Presence::Ambient, Ok("carol".to_owned())));
}

#[test]
fn a_query_parameter_counts_only_where_it_was_asked_for() {
    let uri = |query: &str| TestRequest::default().uri(&format!("/?{query}")).to_http_request();
    let token = token("dave");
    let request = uri(&format!("a=1&access_token={token}&b"));
    assert_eq!(ask(&scheme(jwt()), &request, NOW).0, Presence::Absent);
    let scheme = scheme(jwt().dangerous_query_parameter("access_token"));
    assert_eq!(ask(&scheme, &request, NOW), (Presence::Explicit, Ok("dave".to_owned())));
    assert_eq!(ask(&scheme, &uri("access_token="), NOW), explicit(Reason::CredentialsMalformed));
    assert_eq!(ask(&scheme, &uri("access_token"), NOW), explicit(Reason::CredentialsMalformed));
    assert_eq!(ask(&scheme, &uri("access_token=a%2Eb"), NOW), explicit(Reason::CredentialsMalformed));
    assert_eq!(ask(&scheme, &uri("access_token=abc"), NOW), explicit(Reason::TokenNotJwt));
    assert_eq!(ask(&scheme, &uri("ACCESS_TOKEN=abc&xaccess_token=abc"), NOW).0, Presence::Absent);
    assert_eq!(
        ask(&scheme, &uri(&format!("access_token={token}&access_token={token}")), NOW),
        explicit(Reason::TokenRepeated)
    );
}

#[test]
fn a_token_in_header_and_query_is_refused_where_the_query_is_enabled() {
    let request = TestRequest::default()
        .uri(&format!("/?access_token={}", token("dave")))
        .append_header((AUTHORIZATION, format!("Bearer {}", token("alice"))))
        .to_http_request();
    assert_eq!(ask(&scheme(jwt()), &request, NOW), (Presence::Explicit, Ok("alice".to_owned())));
    let scheme = scheme(jwt().dangerous_query_parameter("access_token"));
    assert_eq!(ask(&scheme, &request, NOW), explicit(Reason::TokenRepeated));
}

#[test]
fn a_query_token_in_disguise_is_malformed_and_never_overlooked() {
    let scheme = scheme(jwt().dangerous_query_parameter("access_token"));
    for query in ["access%5Ftoken=x", "%61ccess_token=x", "access_token=%61", "access_token=a+b"] {
        let request = TestRequest::default().uri(&format!("/?{query}")).to_http_request();
        assert_eq!(ask(&scheme, &request, NOW), explicit(Reason::CredentialsMalformed), "{query}");
    }
}

#[test]
fn answers_to_a_query_token_send_no_referrer() {
    let scheme = scheme(jwt().dangerous_query_parameter("t"));
    let verified = accepted(&verifier(jwt()), &token("dave"));
    let uri = |uri: &str| TestRequest::default().uri(uri);
    let authorized =
        |request: TestRequest| request.insert_header(("Authorization", format!("Bearer {}", token("dave"))));
    let good = format!("/?t={}", token("dave"));
    for (request, expected) in [
        (uri(&good), "no-referrer"),
        (uri("/?t=abc"), "no-referrer"),
        (uri("/?t=a&t=b"), "no-referrer"),
        (authorized(uri(&good)), "no-referrer"),
        (authorized(uri("/")), "unsafe-url"),
    ] {
        let request = request.to_http_request();
        for principal in [Some(&verified), None] {
            let headers = probe::respond(&scheme, &request, principal);
            assert_eq!(headers.get(REFERRER_POLICY).unwrap().to_str().unwrap(), expected, "{request:?}");
        }
    }
}

#[test]
fn a_clock_that_cannot_be_right_is_not_the_callers_fault() {
    let scheme = scheme(jwt());
    assert_eq!(ask(&scheme, &header(format!("Bearer {}", token("alice"))), 0), explicit(Reason::ClockUnreadable));
}

#[test]
fn of_two_configurations_the_issuer_tells_which_is_meant() {
    let (ours, theirs) =
        (scheme(jwt()), scheme(Jwt::hs256([3; 32]).issuer("https://other.example").audience(AUDIENCE)));
    let clock: Arc<dyn Clock> = Arc::new(Fixed(NOW));
    let request = header(format!("Bearer {}", token("alice")));
    assert_eq!(probe::recognizes(&ours, &request, &clock), Recognition::Mine);
    assert_eq!(probe::recognizes(&theirs, &request, &clock), Recognition::No);
    assert_eq!(probe::recognizes(&ours, &header("Bearer abc"), &clock), Recognition::No);
}

#[test]
fn the_challenge_is_rfc_6750s() {
    let value = scheme(jwt()).describe().challenge().render("orders", &[("scope", "a b")]);
    assert_eq!(value.to_str().unwrap(), r#"Bearer realm="orders", scope="a b""#);
}
