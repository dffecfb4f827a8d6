//! The one place that chooses the cryptography and calls it.
//!
//! The provider is named explicitly: jsonwebtoken's process-wide default panics when a dependency tree turns both
//! backends on, or none.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::CryptoProvider;

use super::algorithm::Algorithm;

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "auth-runtime has no cryptography backend; enable its feature `aws_lc_rs` (the default) or `rust_crypto`"
);

#[cfg(feature = "aws_lc_rs")]
pub(crate) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
pub(crate) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// The longest RSA modulus, in bits, that the backend verifies with.
pub(super) const RSA_BITS_MAX: usize = if cfg!(feature = "aws_lc_rs") { 8192 } else { 4096 };

impl Algorithm {
    /// jsonwebtoken's name for it, which no public item mentions.
    pub(crate) const fn backend(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::HS256 => jsonwebtoken::Algorithm::HS256,
            Self::HS384 => jsonwebtoken::Algorithm::HS384,
            Self::HS512 => jsonwebtoken::Algorithm::HS512,
            Self::RS256 => jsonwebtoken::Algorithm::RS256,
            Self::RS384 => jsonwebtoken::Algorithm::RS384,
            Self::RS512 => jsonwebtoken::Algorithm::RS512,
            Self::PS256 => jsonwebtoken::Algorithm::PS256,
            Self::PS384 => jsonwebtoken::Algorithm::PS384,
            Self::PS512 => jsonwebtoken::Algorithm::PS512,
            Self::ES256 => jsonwebtoken::Algorithm::ES256,
            Self::ES384 => jsonwebtoken::Algorithm::ES384,
            Self::EdDSA => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

/// Whether the backend can verify with the key at all. What it finds out only when it verifies stays unknown here: a
/// point off its curve, under `aws_lc_rs`, makes a key that no signature ever fits.
pub(super) fn accepts(algorithm: Algorithm, key: &DecodingKey) -> bool {
    (PROVIDER.verifier_factory)(&algorithm.backend(), key).is_ok()
}

/// Whether `signature` over `message` is the key's. HMAC tags are compared in constant time by the backend.
pub(super) fn verify(algorithm: Algorithm, key: &DecodingKey, message: &[u8], signature: &Vec<u8>) -> bool {
    match (PROVIDER.verifier_factory)(&algorithm.backend(), key) {
        Ok(verifier) => verifier.verify(message, signature).is_ok(),
        Err(_) => false,
    }
}
