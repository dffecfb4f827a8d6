//! For the tests of your application (feature `testing`).
//!
//! Nothing here touches the accepting path: tokens are really signed and really verified, and there is no way to switch
//! a guard off. Turn the feature on under `[dev-dependencies]` only.
//!
//! - [`TestIssuer`] signs tokens that the configuration made by [`TestIssuer::jwt`] accepts, and tokens that it must not.
//! - [`TestDpopKey`] is the key of a client that uses DPoP: tokens are bound to it, and it signs proofs.
//! - [`TestRequestExt`] puts credentials on actix's `TestRequest`.
//! - [`ExpectedDenial`] compares a denial with what you expect and prints what differs.
//! - [`ManualClock`] moves time.
//! - `assert_session_store` asks a store of sessions for all that it must do (feature `session`).
//! - [`assert_every_policy_denies`] runs the guard of every policy in the program on a bare request.
//! - [`matrix`](fn@matrix) sends those who just pass and those who just fail to each route, and keeps the table in a file.
//! - [`mutate`](fn@mutate) weakens one policy after the other, and says what your tests do not notice.
//!
//! The last two change policies, in an `Auth` of their own that comes to be in builds with `debug_assertions` only.
#![allow(clippy::panic)] // assertions fail by panicking

mod clock;
mod denial;
mod dpop;
mod guards;
mod issuer;
mod matrix;
mod mutate;
mod request;
#[cfg(feature = "session")]
mod session_store;

pub use clock::ManualClock;
pub use denial::ExpectedDenial;
pub use dpop::{TestDpopKey, TestProof};
pub use guards::{GuardReport, assert_every_policy_denies};
pub use issuer::{TestIssuer, TestToken};
pub use matrix::{Matrix, MatrixTable, matrix};
pub use mutate::{Mutant, Mutants, mutate};
pub use request::TestRequestExt;
#[cfg(feature = "session")]
pub use session_store::assert_session_store;
