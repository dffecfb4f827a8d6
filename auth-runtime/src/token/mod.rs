//! JSON Web Tokens: which keys and issuers count, and whether a token is good.
//!
//! [`Jwt`] is what a user writes; `build` turns it into a [`Verifier`], which takes a token through its stages: `compact`
//! (structure and header), `keyring` (key and signature), `claims` and `grants`. Keys come by `key`, which reads secrets,
//! `der` and `jwk` into checked `material`. Nothing of jsonwebtoken shows outside `backend` and `material`.

mod algorithm;
mod backend;
mod build;
mod claims;
mod compact;
mod der;
mod error;
mod grants;
mod headers;
mod issuer;
pub(crate) mod json;
mod jwk;
mod jwt;
mod key;
mod keyring;
mod material;
mod memory;
mod ready;
#[cfg(feature = "jwks")]
mod tenants;
#[cfg(test)]
mod tests;
mod verifier;

pub use algorithm::Algorithm;
#[cfg(any(feature = "testing", feature = "introspection"))]
pub(crate) use backend::PROVIDER;
pub(crate) use build::LEEWAY_MAX;
#[cfg(feature = "introspection")]
pub(crate) use claims::Times;
#[cfg(feature = "introspection")]
pub(crate) use compact::is_jwt;
pub use error::{JwtError, KeyError};
pub use issuer::Issuer;
pub use jwt::Jwt;
#[cfg(feature = "introspection")]
pub(crate) use jwt::JwtSettings;
pub use key::Key;
#[cfg(feature = "introspection")]
pub(crate) use ready::IntoSettings;
pub use ready::{AudienceSaid, Audiences, Clients, IssuerSaid, ReadyJwt, Said, Unsaid};
#[cfg(feature = "jwks")]
pub(crate) use verifier::LookUp;
#[cfg(feature = "introspection")]
pub(crate) use verifier::Vouched;
pub(crate) use verifier::{SCHEME, Verifier};
