//! A scheme of an application's own, for tests of what it says of callers.

use auth_runtime::denial::Rejection;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::{Principal, Scheme};

/// Knows everybody, and lets in whoever is not suspended.
#[derive(Debug)]
pub struct Suspending;

impl Scheme for Suspending {
    fn name(&self) -> &'static str {
        "suspending"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Suspending")).header("x-account")
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get("x-account") {
            Some(account) => Credentials::Explicit(Evidence::new(account.as_bytes().to_vec())),
            None => Credentials::Absent,
        }
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match &*evidence.into_value::<Vec<u8>>().unwrap() {
            b"mallory" => Authentication::refused(Rejection::forbidden("the account is suspended")),
            _ => Authentication::verified(Principal::builder(self.name(), "ali").build()),
        }
    }
}
