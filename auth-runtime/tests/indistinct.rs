//! Schemes of one policy that nobody could tell apart, refused when the `Auth` is built. A program of its own: its policies
//! cannot be configured.

#![allow(clippy::expect_used)]

use auth_runtime::denial::Rejection;
use auth_runtime::scheme::{
    Authentication, Challenge, Context, CredentialForm, Credentials, Evidence, SchemeDescription,
};
use auth_runtime::{ApiKeys, Auth, Jwt, Principal, Scheme, requires};

macro_rules! schemes {
    ($($name:ident, $form:expr;)+) => {$(
        struct $name;

        impl Scheme for $name {
            fn name(&self) -> &'static str {
                "word"
            }
            fn describe(&self) -> SchemeDescription {
                SchemeDescription::new(Challenge::new("Word")).header("X-Word").form($form)
            }
            fn find<'a>(&self, _: &Context<'a>) -> Credentials<'a> {
                Credentials::Absent
            }
            fn authenticate<'a>(&self, _: &Context<'a>, _: Evidence<'a>) -> Authentication {
                Authentication::refused(Rejection::credentials_wrong())
            }
        }
    )+};
}

schemes! {
    Anything, CredentialForm::Any;
    Everything, CredentialForm::Any;
    Live, CredentialForm::Prefix("live_".into());
    LiveShort, CredentialForm::Prefix("li".into());
}

#[requires(any(Anything, Everything))]
async fn both_claim_everything(_who: Principal) -> &'static str {
    "reached"
}

#[requires(any(Live, LiveShort))]
async fn prefixes_begin_alike(_who: Principal) -> &'static str {
    "reached"
}

#[requires(any(bearer, bearer("second")))]
async fn one_issuer_twice(_who: Principal) -> &'static str {
    "reached"
}

#[requires(any(bearer("proxied"), api_key("beside")))]
async fn a_proxy_sets_what_clients_set(_who: Principal) -> &'static str {
    "reached"
}

#[requires(any(bearer("by_clients"), api_key("in_the_same")))]
async fn clients_set_both(_who: Principal) -> &'static str {
    "reached"
}

/// Told apart: by issuer, by prefix, by place.
#[requires(any(bearer, bearer("partner"), Live, Anything, api_key))]
async fn fine(_who: Principal) -> &'static str {
    "reached"
}

fn jwt(issuer: &str) -> Jwt<auth_runtime::jwt::Said, auth_runtime::jwt::Audiences> {
    Jwt::hs256([7; 32]).issuer(issuer).audience("https://api.example")
}

#[test]
fn schemes_that_claim_the_same_credentials_are_refused_by_name() {
    let keys = |name| ApiKeys::header(name, [] as [(auth_runtime::api_key::KeyDigest, auth_runtime::api_key::Key); 0]);
    let builder = Auth::builder()
        .bearer(jwt("https://idp.example"))
        .bearer_named("second", jwt("https://idp.example"))
        .bearer_named("partner", jwt("https://partner.example"))
        .scheme(Anything)
        .scheme(Everything)
        .scheme(Live)
        .scheme(LiveShort)
        .bearer_named("proxied", jwt("https://edge.example").header("X-Assertion"))
        .bearer_named("by_clients", jwt("https://app.example").header("X-Token").dangerous_set_by_client())
        .api_key(keys("X-API-Key"))
        .api_key_named("beside", keys("X-Assertion"))
        .api_key_named("in_the_same", keys("X-Token"));
    let error = builder.build().expect_err("four policies are ambiguous").to_string();
    let entries = [
        "both_claim_everything` at auth-runtime/tests/indistinct.rs:",
        "accepts `Anything` and `Everything`, whose credentials cannot be told apart: both claim every credential there",
        "accepts `Live` and `LiveShort`, whose credentials cannot be told apart: prefixes `live_` and `li` begin alike",
        "accepts `bearer` and `bearer(\"second\")`, whose credentials cannot be told apart: both claim the JWTs of \
         `https://idp.example`",
        "accepts `bearer(\"proxied\")` and `api_key(\"beside\")`, whose credentials cannot be told apart: field `x-assertion` is set \
         by a proxy for one, and by clients for the other",
    ];
    for entry in entries {
        assert!(error.contains(entry), "{entry}\nin\n{error}");
    }
    assert_eq!(error.matches("cannot be told apart").count(), 4, "{error}");
    assert!(!error.contains("::fine") && !error.contains("clients_set_both"), "{error}");
}
