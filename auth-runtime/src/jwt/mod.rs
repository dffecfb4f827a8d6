//! Verification of JSON Web Tokens beyond [`Jwt`](crate::Jwt) itself: further keys, further issuers, errors.

// `Jwt` is what a user writes; `build` turns it into a `Verifier`, which takes a token through its stages: the compact
// form and the keyring of `keys` (structure, header, key, signature), `claims` and `grants`.

mod build;
mod claims;
mod error;
mod grants;
mod headers;
mod issuer;
#[allow(clippy::module_inception, reason = "the type that a user writes, in the room named after it")]
mod jwt;
mod memory;
mod ready;
#[cfg(feature = "jwks")]
mod tenants;
#[cfg(test)]
mod tests;
mod verifier;

#[cfg(feature = "introspection")]
pub(crate) use claims::Times;
pub use error::JwtError;
pub use issuer::Issuer;
pub use jwt::Jwt;
#[cfg(feature = "introspection")]
pub(crate) use jwt::JwtSettings;
#[cfg(feature = "introspection")]
pub(crate) use ready::IntoSettings;
pub use ready::{AudienceSaid, Audiences, Clients, IssuerSaid, ReadyJwt, Said, Unsaid};
#[cfg(feature = "jwks")]
pub(crate) use verifier::LookUp;
#[cfg(feature = "introspection")]
pub(crate) use verifier::Vouched;
pub(crate) use verifier::{SCHEME, Verifier};

pub use crate::keys::{Key, KeyError};
