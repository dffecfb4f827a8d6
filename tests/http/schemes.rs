//! Schemes of the tests' own, each with one way to behave.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_runtime::denial::{Rejection, Unavailable};
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, Outcome, SchemeDescription};
use auth_runtime::{Principal, Scheme};

/// How often [`Counted`] was asked to authenticate.
pub(crate) static COUNTED: AtomicUsize = AtomicUsize::new(0);

/// An error that would be two lines in a log, and hide a third.
pub(crate) const FORGED: &str = "down\r\nlevel=ERROR forged\u{1b}[2K\u{2028}";

/// The header that holds the credentials of all of these.
const HEADER: &str = "x-word";

fn judge(word: &[u8]) -> Outcome {
    match word {
        b"open sesame" => {
            Outcome::Verified(Principal::builder("patient", "ali").scopes(["read"]).roles(["ops"]).build())
        }
        _ => Outcome::Refused(Rejection::custom("word_wrong")),
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

            fn describe(&self) -> SchemeDescription {
                let challenge = Challenge::new($challenge).parameter("hint", "say \"please\"");
                SchemeDescription::new(challenge).header(HEADER)
            }

            fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
                match context.headers().get(HEADER) {
                    Some(word) => Credentials::Explicit(Evidence::new(word.as_bytes().to_vec())),
                    None => Credentials::Absent,
                }
            }

            fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
                let authenticate: fn(Vec<u8>) -> Authentication = $authenticate;
                authenticate(evidence.into_value().expect("what was found"))
            }
        }
    )+};
}

schemes! {
    /// Needs a moment, and then judges.
    Patient, "Word", |word| Authentication::pending(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        judge(&word)
    });
    /// Counts how often it is asked.
    Counted, "Counted", |word| {
        COUNTED.fetch_add(1, Ordering::SeqCst);
        Authentication::from(judge(&word))
    };
    /// Never comes to a result.
    Stuck, "Stuck", |_| Authentication::pending(std::future::pending());
    /// Cannot reach what it needs.
    Failing, "Failing", |_| {
        Authentication::unavailable(Unavailable::backend().because(FORGED))
    };
    /// Panics at once.
    Panicking, "Panicking", |_| panic!("a scheme panics: this is part of a test");
    /// Panics after a moment.
    PanickingLater, "PanickingLater", |_| Authentication::pending(async {
        tokio::task::yield_now().await;
        panic!("a scheme panics later: this is part of a test")
    });
}
