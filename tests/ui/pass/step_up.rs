//! How strongly, and how long ago, callers were authenticated.

use auth_runtime::{Bearer, Principal, policy, requires};

use super::{requirement, spec};

const CLASS: &str = "urn:example:mfa";

pub(crate) enum Class {
    Mfa,
}

impl From<Class> for &'static str {
    fn from(_: Class) -> Self {
        "mfa"
    }
}

#[requires(bearer, scope = "pay", acr = "mfa", max_age = "5m")]
async fn as_keys(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(session, acr = CLASS)]
async fn as_constant(_who: Principal) -> &'static str {
    "hello"
}

#[requires(bearer, acr = Class::Mfa, max_age = "36h")]
async fn as_variant() -> &'static str {
    "hello"
}

#[requires(any(api_key, session && max_age("90s")), acr("mfa") || role("robot"))]
async fn as_conditions() -> &'static str {
    "hello"
}

#[requires(bearer, claim(["authorization_details", "type"], "payment"), !claim(["risk", "score"], 9))]
async fn inside_objects() -> &'static str {
    "hello"
}

policy! {
    Payouts: any(session, bearer), max_age = "5m";
    FreshArea: any(session, bearer), max_age = "1h";

    // What is at most five minutes old is at most an hour old.
    Payouts => FreshArea;
}

#[requires(policy = FreshArea, max_age = "1m")]
async fn stricter_than_its_policy() -> &'static str {
    "hello"
}

#[requires(bearer, max_age = "1d")]
mod inside {
    use super::*;

    #[requires(max_age = "1m")]
    #[actix_web::get("/inside")]
    pub(super) async fn stricter_than_its_module() -> &'static str {
        "hello"
    }
}

#[test]
fn they_are_requirements_among_others() {
    assert_eq!(requirement("as_keys"), r#"All([Scope("pay"), Acr("mfa"), MaxAge(MaxAge { seconds: 300 })])"#);
    assert_eq!(requirement("as_constant"), r#"Acr("urn:example:mfa")"#);
    assert_eq!(requirement("as_variant"), r#"All([Acr("mfa"), MaxAge(MaxAge { seconds: 129600 })])"#);
    assert_eq!(requirement("as_conditions"), r#"Any([Acr("mfa"), Role("robot")])"#);
    let own = spec("as_conditions").schemes()[1].condition();
    assert_eq!(format!("{own:?}"), "Some(MaxAge(MaxAge { seconds: 90 }))");
    let both = r#"All([MaxAge(MaxAge { seconds: 3600 }), MaxAge(MaxAge { seconds: 60 })])"#;
    assert_eq!(requirement("stricter_than_its_policy"), both);
    let both = r#"All([MaxAge(MaxAge { seconds: 86400 }), MaxAge(MaxAge { seconds: 60 })])"#;
    assert_eq!(requirement("stricter_than_its_module"), both);
    let paths =
        r#"All([Claim("authorization_details\u{1f}type", Str("payment")), Not(Claim("risk\u{1f}score", Int(9)))])"#;
    assert_eq!(requirement("inside_objects"), paths);
    let said = serde_json::to_value(spec("inside_objects").requirement()).unwrap();
    assert_eq!(said["all"][0]["claim"]["name"], serde_json::json!(["authorization_details", "type"]));
}
