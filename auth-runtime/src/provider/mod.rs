//! Identity providers: asking them, in the background and within bounds.
//!
//! `client` asks by the way of `transport`, on the thread of `worker`; `discovery` finds what a provider publishes and `published` remembers it,
//! `client_auth` proves who asks, `token_endpoint` asks for tokens, and `limits` says how often.

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod client;
#[cfg(any(feature = "introspection", feature = "outgoing"))]
pub(crate) mod client_auth;
#[cfg(feature = "jwks")]
pub(crate) mod discovery;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod endpoint;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod fetch_error;
#[cfg(feature = "outgoing")]
pub(crate) mod granted;
pub(crate) mod limits;
#[cfg(all(test, feature = "jwks"))]
pub(crate) mod mock;
#[cfg(feature = "outgoing")]
pub(crate) mod published;
#[cfg(feature = "jwks")]
pub(crate) mod stopwatch;
#[cfg(feature = "outgoing")]
pub(crate) mod token_endpoint;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod transport;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod worker;

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) use worker::Worker;
