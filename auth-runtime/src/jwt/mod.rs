//! Verification of JSON Web Tokens beyond [`Jwt`] itself: further keys, further issuers, errors.

// `Jwt` is what a user writes; `build` turns its `settings` into a `Verifier`, which takes a token through its stages: the
// compact form and the keyring of `keys` (structure, header, key, signature), then `acceptance` with `claims` and `grants`,
// which is shared with tokens that their issuer vouches for when asked.

pub(crate) mod acceptance;
mod accepted;
mod build;
mod carrying;
mod claims;
mod error;
mod examine;
mod grants;
mod headers;
mod issuer;
#[allow(clippy::module_inception, reason = "the type that a user writes, in the room named after it")]
mod jwt;
mod memory;
pub(crate) mod opaque;
mod options;
mod presentation;
mod ready;
mod reviewed;
mod seen;
pub(crate) mod settings;
#[cfg(feature = "jwks")]
mod tenants;
#[cfg(test)]
mod tests;
mod token_shape;
mod verifier;
#[cfg(feature = "jwks")]
mod waiting;

pub(crate) use acceptance::SCHEME;
pub(crate) use accepted::AcceptedTokens;
pub(crate) use claims::numeric_date;
#[cfg(feature = "introspection")]
pub(crate) use claims::{Audience, Times};
pub use error::JwtError;
pub(crate) use examine::TokenExaminer;
#[cfg(feature = "introspection")]
pub(crate) use grants::Organisation;
pub use issuer::Issuer;
pub use jwt::Jwt;
pub(crate) use presentation::Presentation;
pub(crate) use ready::IntoSettings;
pub use ready::{AudienceSaid, Audiences, Clients, IssuerSaid, ReadyJwt, Said, Unsaid};
pub(crate) use verifier::Verifier;

pub use crate::keys::{Key, KeyError};
