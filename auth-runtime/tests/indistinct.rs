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
    let keys = ApiKeys::header("X-API-Key", [] as [(auth_runtime::api_key::KeyDigest, auth_runtime::api_key::Key); 0]);
    let builder = Auth::builder()
        .bearer(jwt("https://idp.example"))
        .bearer_named("second", jwt("https://idp.example"))
        .bearer_named("partner", jwt("https://partner.example"))
        .scheme(Anything)
        .scheme(Everything)
        .scheme(Live)
        .scheme(LiveShort)
        .api_key(keys);
    let error = builder.build().expect_err("three policies are ambiguous").to_string();
    let entries = [
        "both_claim_everything` at auth-runtime/tests/indistinct.rs:",
        "accepts `Anything` and `Everything`, whose credentials cannot be told apart: both claim every credential there",
        "accepts `Live` and `LiveShort`, whose credentials cannot be told apart: prefixes `live_` and `li` begin alike",
        "accepts `bearer` and `bearer(\"second\")`, whose credentials cannot be told apart: both claim the JWTs of \
         `https://idp.example`",
    ];
    for entry in entries {
        assert!(error.contains(entry), "{entry}\nin\n{error}");
    }
    assert_eq!(error.matches("cannot be told apart").count(), 3, "{error}");
    assert!(!error.contains("::fine"), "{error}");
}
