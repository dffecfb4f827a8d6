//! Schemes of the tests' own, each with one way to behave.

use std::time::Duration;

use auth_runtime::denial::Reason;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Outcome};
use auth_runtime::{Principal, Scheme};

/// The header that holds the credentials of all of these.
const HEADER: &str = "x-word";

fn credentials(context: &Context<'_>) -> Credentials {
    match context.request().headers().contains_key(HEADER) {
        true => Credentials::Explicit,
        false => Credentials::Absent,
    }
}

fn judge(word: &[u8]) -> Outcome {
    match word {
        b"open sesame" => {
            Outcome::Verified(Principal::builder("patient", "ali").scopes(["read"]).roles(["ops"]).build())
        }
        _ => Outcome::Rejected(Reason::Custom("word_wrong").into()),
    }
}

macro_rules! schemes {
    ($($(#[$doc:meta])+ $name:ident, $challenge:literal, $authenticate:expr;)+) => {$(
        $(#[$doc])+
        pub(crate) struct $name;

        impl Scheme for $name {
            fn name(&self) -> &'static str {
                "word"
            }

            fn credentials(&self, context: &Context<'_>) -> Credentials {
                credentials(context)
            }

            fn authenticate(&self, context: &Context<'_>) -> Authentication {
                let word = context.request().headers().get(HEADER).map(|word| word.as_bytes().to_vec());
                let authenticate: fn(Vec<u8>) -> Authentication = $authenticate;
                authenticate(word.unwrap_or_default())
            }

            fn challenge(&self) -> Challenge {
                Challenge::new($challenge).parameter("hint", "say \"please\"")
            }
        }
    )+};
}

schemes! {
    /// Needs a moment, and then judges.
    Patient, "Word", |word| Authentication::Pending(Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        judge(&word)
    }));
    /// Never comes to a result.
    Stuck, "Stuck", |_| Authentication::Pending(Box::pin(std::future::pending()));
    /// Cannot reach what it needs.
    Failing, "Failing", |_| Authentication::Ready(Outcome::Unavailable(Reason::BackendUnavailable));
    /// Panics at once.
    Panicking, "Panicking", |_| panic!("a scheme panics: this is part of a test");
    /// Panics after a moment.
    PanickingLater, "PanickingLater", |_| Authentication::Pending(Box::pin(async {
        tokio::task::yield_now().await;
        panic!("a scheme panics later: this is part of a test")
    }));
}
