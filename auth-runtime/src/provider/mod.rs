//! Identity providers: what they publish, fetched in the background and within bounds.
//!
//! `client` asks, `worker` is the thread on which it happens.

pub(crate) mod client;
pub(crate) mod worker;
