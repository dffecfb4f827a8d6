//! The numbers a key consists of, checked.

use std::hash::{Hash, Hasher};

use jsonwebtoken::DecodingKey;
use zeroize::Zeroizing;

use crate::crypto::backend::{self, BoundKey};
use crate::crypto::{Algorithm, KeyKind};
use crate::keys::KeyError;

const RSA_BITS_MIN: usize = 2048;
/// What the backends can compute with.
const RSA_EXPONENT_BITS_MAX: usize = 33;

/// A shared secret or a public key, before it is bound to its algorithm.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Material {
    Secret(Zeroizing<Vec<u8>>),
    Rsa {
        /// Big-endian without leading zeros, like the exponent.
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// An uncompressed point: 4, x, y.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    pub(crate) fn secret(secret: &[u8]) -> Result<Self, KeyError> {
        // The public half of a key pair as the secret is the confusion of RFC 8725 section 2.1, by hand.
        let text = secret.trim_ascii_start();
        if text.starts_with(b"-----BEGIN ") || crate::keys::der::from_der(secret).is_ok() {
            return Err(KeyError::SecretIsPublicKey);
        }
        Ok(Self::Secret(Zeroizing::new(secret.to_vec())))
    }

    /// An RSA key of 2048 bits or more, with an odd exponent of 3 or more.
    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let (modulus, exponent) = (significant(modulus), significant(exponent));
        let bits = bit_length(modulus);
        if bits < RSA_BITS_MIN {
            return Err(KeyError::RsaTooShort { bits });
        }
        if bits > backend::RSA_BITS_MAX {
            return Err(KeyError::RsaTooLong { bits, limit: backend::RSA_BITS_MAX });
        }
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        if !odd || exponent == [1] || bit_length(exponent) > RSA_EXPONENT_BITS_MAX {
            return Err(KeyError::RsaExponent);
        }
        Ok(Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    pub(crate) fn p256(point: &[u8]) -> Result<Self, KeyError> {
        uncompressed(point, 32).map(Self::P256)
    }

    pub(crate) fn p384(point: &[u8]) -> Result<Self, KeyError> {
        uncompressed(point, 48).map(Self::P384)
    }

    pub(crate) fn ed25519(key: &[u8]) -> Result<Self, KeyError> {
        if key.len() == 32 { Ok(Self::Ed25519(key.to_vec())) } else { Err(KeyError::PointMalformed) }
    }

    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Secret(_) => KeyKind::Secret,
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::P256(_) => KeyKind::P256,
            Self::P384(_) => KeyKind::P384,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The key as the backend takes it, bound to `algorithm`.
    pub(crate) fn bind(&self, algorithm: Algorithm) -> Result<BoundKey, KeyError> {
        if self.kind() != algorithm.kind() {
            return Err(KeyError::KindWrong {
                algorithm,
                wanted: algorithm.kind().describe(),
                found: self.kind().describe(),
            });
        }
        let key = match self {
            Self::Secret(secret) => {
                if secret.len() < algorithm.hash_bytes() {
                    return Err(KeyError::SecretTooShort {
                        algorithm,
                        bytes: secret.len(),
                        least: algorithm.hash_bytes(),
                    });
                }
                DecodingKey::from_secret(secret)
            }
            Self::Rsa { modulus, exponent } => DecodingKey::from_rsa_raw_components(modulus, exponent),
            Self::P256(point) | Self::P384(point) => DecodingKey::from_ec_der(point),
            Self::Ed25519(key) => DecodingKey::from_ed_der(key),
        };
        BoundKey::new(algorithm, key).ok_or(KeyError::PointMalformed)
    }
}

/// As equality: by kind and bytes.
impl Hash for Material {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Secret(bytes) => bytes.as_slice().hash(state),
            Self::Rsa { modulus, exponent } => (modulus, exponent).hash(state),
            Self::P256(bytes) | Self::P384(bytes) | Self::Ed25519(bytes) => bytes.hash(state),
        }
    }
}

fn uncompressed(point: &[u8], coordinate: usize) -> Result<Vec<u8>, KeyError> {
    match point {
        [4, coordinates @ ..] if coordinates.len() == 2 * coordinate => Ok(point.to_vec()),
        _ => Err(KeyError::PointMalformed),
    }
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Of a number without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}
