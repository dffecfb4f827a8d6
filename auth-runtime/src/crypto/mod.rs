//! Signature algorithms, the cryptography that tokens are verified by, and digests as text.

mod algorithm;
pub(crate) mod backend;
mod hex;
#[cfg(any(feature = "testing", feature = "introspection", feature = "outgoing"))]
mod signing;

pub use algorithm::Algorithm;
pub(crate) use algorithm::KeyKind;
#[cfg(any(feature = "testing", feature = "introspection", feature = "outgoing"))]
pub(crate) use backend::PROVIDER;
pub(crate) use hex::{Hex, from_hex};
#[cfg(any(feature = "testing", feature = "introspection", feature = "outgoing"))]
pub(crate) use signing::signing_key;
