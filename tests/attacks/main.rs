//! Attacks over real HTTP: what an attacker would try, one rule a test, named after it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]

mod api_keys;
mod app;
mod challenges;
mod cookies;
mod cross_site;
mod headers;
mod keys;
mod passwords;
mod peers;
mod remembered;
mod secrets;
mod sources;
mod tokens;
