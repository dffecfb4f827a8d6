//! Identity providers: what they publish, fetched in the background and within bounds.
//!
//! `client` asks, on the thread of `worker`. `key_set` keeps the keys of one provider current: its `fetcher` finds them by
//! `discovery`, and `schedule` says when it may.

pub(crate) mod client;
mod discovery;
mod fetcher;
pub(crate) mod key_set;
#[cfg(test)]
pub(crate) mod mock;
mod observe;
mod schedule;
pub(crate) mod stopwatch;
pub(crate) mod worker;

pub(crate) use fetcher::KeySource;
pub(crate) use key_set::{KeySet, KeySetOptions, Ticket};
pub(crate) use schedule::Bucket;
pub(crate) use worker::Worker;
