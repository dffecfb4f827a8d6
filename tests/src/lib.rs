//! What the end-to-end tests stand on: a real server, clients that send exact bytes, tokens, and denials compared whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod client;
mod denial;
mod digest;
mod http2;
mod late;
pub mod load;
pub mod observed;
mod paper;
pub mod provider;
mod redis;
mod server;
mod suspending;
mod token;
mod waiting;

pub use client::{Answer, Connection, Request};
pub use denial::Denied;
pub use digest::{DigestAnswer, DigestChallenge};
pub use http2::http2;
pub use late::Late;
pub use paper::Paper;
pub use redis::{KEYS, redis_at};
pub use server::Server;
pub use suspending::Suspending;
pub use token::{Token, base64url};
pub use waiting::await_that;

/// For tests that are one address and send what is wrong more often than anybody may.
pub fn uncounted() -> auth_runtime::limits::Limits {
    auth_runtime::limits::Limits::in_memory()
        .failed_attempts_per_account(u32::MAX)
        .failed_attempts_per_address(u32::MAX)
}
