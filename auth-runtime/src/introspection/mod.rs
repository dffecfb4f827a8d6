//! Opaque tokens: whether one is good, the server that issued it says (RFC 7662).
//!
//! [`Introspection`] is what a user writes. Given to `.bearer(…)` it judges every token of the configuration; given to
//! [`Jwt::opaque`](crate::Jwt::opaque) it judges those that are not a JWT. A token goes one way, told by its form alone, and
//! is never tried both ways.
//!
//! What happens to a token: `memory` knows it, or another process has `shared` it, or one `flight` for all who present it asks the `endpoint`, which proves
//! who we are by `client`, within the limits of `budget` and `breakers`; `answer` judges what came back.

pub(crate) mod answer;
mod answer_shape;
mod breakers;
mod builder;
mod carrying;
pub(crate) mod endpoint;
mod introspector;
pub(crate) mod memory;
mod reaching;
mod settings;
#[cfg(feature = "redis")]
mod shared;
#[cfg(test)]
mod tests;

pub use crate::provider::client_auth::PrivateKeyJwt;
pub use builder::{Introspection, ReadyIntrospection};
#[cfg(feature = "redis")]
pub use shared::SharedResults;
