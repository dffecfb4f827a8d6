//! Keys that verify signatures: where they come from, and which fits a token.
//!
//! `key` is what a user writes; `der` and `jwk` read it into checked `material`, and a `keyring` holds the sources of one
//! issuer's keys. `remote` keeps the set of one provider current. Nothing of jsonwebtoken shows outside `crypto` and `material`.

pub(crate) mod compact;
#[cfg(feature = "jwks")]
mod demand;
pub(crate) mod der;
mod error;
#[cfg(feature = "jwks")]
mod fetcher;
pub(crate) mod jwk;
mod key;
pub(crate) mod keyring;
pub(crate) mod material;
#[cfg(feature = "jwks")]
mod observe;
#[cfg(feature = "jwks")]
mod remote;
mod set_text;
mod source;

#[cfg(feature = "jwks")]
pub(crate) use demand::Ticket;
pub use error::KeyError;
#[cfg(feature = "jwks")]
pub(crate) use fetcher::KeySetAddress;
pub use key::Key;
#[cfg(feature = "jwks")]
pub(crate) use remote::KeySetOptions;
