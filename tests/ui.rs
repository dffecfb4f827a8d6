//! Every form the grammar allows compiles and says what it should; every misuse is refused with the message beside it.
//!
//! Bless the messages with `TRYBUILD=overwrite cargo test -p tests --test ui misuse`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking
#![allow(clippy::just_underscores_and_digits)] // names that the expansion might use too

#[path = "ui/pass/mod.rs"]
mod pass;

#[test]
fn misuse() {
    trybuild::TestCases::new().compile_fail("ui/fail/**/*.rs");
}
