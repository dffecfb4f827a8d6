//! Signing in at a provider, over real connections: the provider is ours, and says what a test tells it to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod app;
mod backchannel;
mod browser;
mod clients;
mod idp;
mod linking;
mod logout;
mod refused;
mod several;
mod signing_in;
mod step_up;
mod store;
mod tokens;
mod unfit;
