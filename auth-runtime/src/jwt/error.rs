//! What can be wrong with a configuration of JWT verification.
//!
//! The error is for the developer and comes up in `Auth::build()`; nothing of a token ever ends up in it.

use std::error::Error;
use std::fmt;

use crate::keys::KeyError;

/// A [`Jwt`](super::Jwt) that cannot be used as it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum JwtError {
    /// A key cannot be used.
    Key {
        /// Which key of which issuer.
        key: Box<str>,
        /// What is wrong with it.
        fault: KeyError,
    },
    /// Shared secrets and public keys stand side by side for one issuer.
    KeysMixed {
        /// The issuer whose keys they are.
        issuer: Box<str>,
    },
    /// Two keys of one issuer have the same id and algorithm, and differ.
    KeyIdRepeated {
        /// The issuer whose keys they are.
        issuer: Box<str>,
        /// The id.
        id: Box<str>,
    },
    /// An issuer is trusted twice.
    IssuerRepeated {
        /// The issuer.
        issuer: Box<str>,
    },
    /// The introspection endpoint cannot be asked.
    EndpointInvalid {
        /// What is wrong and what to do.
        fault: &'static str,
    },
    /// An option has a value that cannot be meant.
    OptionInvalid {
        /// The method that was called.
        option: &'static str,
        /// What is wrong and what to do.
        fault: &'static str,
    },
}

/// The configuration's name is added by whoever knows it.
impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { key, fault } => write!(f, "{key}: {fault}"),
            Self::KeysMixed { issuer } => write!(
                f,
                "{issuer} has shared secrets beside public keys; give each its own configuration, or call \
                 `.dangerous_secrets_beside_public_keys()`"
            ),
            Self::KeyIdRepeated { issuer, id } => write!(
                f,
                "{issuer} has two different keys with id `{}` and the same algorithm; give each key its own id",
                id.escape_debug()
            ),
            Self::IssuerRepeated { issuer } => {
                write!(f, "{issuer} is trusted twice; give all its keys to one `Issuer` with `.add_key(…)`")
            }
            Self::EndpointInvalid { fault } => write!(f, "`Introspection::new(…)`: {fault}"),
            Self::OptionInvalid { option, fault } => write!(f, "`.{option}(…)`: {fault}"),
        }
    }
}

impl Error for JwtError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Key { fault, .. } => Some(fault),
            _ => None,
        }
    }
}
