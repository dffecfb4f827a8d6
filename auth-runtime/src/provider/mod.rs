//! Identity providers: asking them, in the background and within bounds.
//!
//! `client` asks by the way of `transport`, on the thread of `worker`; `discovery` finds what a provider publishes, `client_auth` proves who asks, and
//! `limits` says how often.

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod client;
#[cfg(any(feature = "introspection", feature = "login"))]
pub(crate) mod client_auth;
#[cfg(feature = "jwks")]
pub(crate) mod discovery;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod endpoint;
pub(crate) mod limits;
#[cfg(all(test, feature = "jwks"))]
pub(crate) mod mock;
#[cfg(feature = "jwks")]
pub(crate) mod stopwatch;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod transport;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod worker;

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) use worker::Worker;
