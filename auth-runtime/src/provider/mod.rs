//! Identity providers: what they publish, fetched in the background and within bounds.
//!
//! `client` asks, on the thread of `worker`. `key_set` keeps the keys of one provider current: its `fetcher` finds them by
//! `discovery`, and `schedule` says when it may.

pub(crate) mod client;
#[cfg(feature = "jwks")]
mod discovery;
#[cfg(feature = "jwks")]
mod fetcher;
#[cfg(feature = "jwks")]
pub(crate) mod key_set;
#[cfg(all(test, feature = "jwks"))]
pub(crate) mod mock;
#[cfg(feature = "jwks")]
mod observe;
#[cfg(feature = "jwks")]
mod schedule;
#[cfg(feature = "jwks")]
pub(crate) mod stopwatch;
pub(crate) mod worker;

#[cfg(feature = "jwks")]
pub(crate) use fetcher::KeySource;
#[cfg(feature = "jwks")]
pub(crate) use key_set::{KeySet, KeySetOptions, Ticket};
#[cfg(feature = "jwks")]
pub(crate) use schedule::Bucket;
pub(crate) use worker::Worker;
