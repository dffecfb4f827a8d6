//! The one place that chooses the cryptography and calls it.
//!
//! The provider is named explicitly: jsonwebtoken's process-wide default panics when a dependency tree turns both
//! backends on, or none.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier};

use crate::crypto::Algorithm;
use crate::crypto::algorithm::ED25519;

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "auth-runtime has no cryptography backend; enable its feature `aws_lc_rs` (the default) or `rust_crypto`"
);

#[cfg(feature = "aws_lc_rs")]
pub(crate) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
pub(crate) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// The longest RSA modulus, in bits, that the backend verifies with.
pub(crate) const RSA_BITS_MAX: usize = if cfg!(feature = "aws_lc_rs") { 8192 } else { 4096 };

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

/// Whether jsonwebtoken takes the JSON object for a header: every parameter it knows has its type, though nobody here looks
/// at `jku`, `x5c` and their like.
pub(crate) fn is_header(text: &str) -> bool {
    if serde_json::from_str::<jsonwebtoken::Header>(text).is_ok() {
        return true;
    }
    // The one name of an algorithm that it does not know.
    let mut header: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    match header.get_mut("alg") {
        Some(name) if name == ED25519 => {
            *name = Algorithm::EdDSA.name().into();
            serde_json::from_value::<jsonwebtoken::Header>(header).is_ok()
        }
        _ => false,
    }
}

/// How many verifiers a worker keeps: the key of a number takes the place of the one that many before.
const PREPARED_MAX: u64 = 256;

/// A key bound to its one algorithm.
#[derive(Debug)]
pub(crate) struct BoundKey {
    algorithm: Algorithm,
    key: DecodingKey,
    /// Different for each key of this process, so that a worker can keep what it prepared from it.
    number: u64,
}

thread_local! {
    /// The backend's verifiers cannot be sent between threads and cost more to make than some take to verify.
    static PREPARED: RefCell<Vec<Option<Prepared>>> = RefCell::default();
}

/// A verifier and the number of its key.
type Prepared = (u64, Box<dyn JwtVerifier>);

impl BoundKey {
    /// Binds the key, if the backend can verify with it at all. What it finds out only when it verifies stays unknown
    /// here: a point off its curve, under `aws_lc_rs`, makes a key that no signature ever fits.
    pub(crate) fn new(algorithm: Algorithm, key: DecodingKey) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        (PROVIDER.verifier_factory)(&algorithm.backend(), &key).ok()?;
        Some(Self { algorithm, key, number: NEXT.fetch_add(1, Ordering::Relaxed) })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` over `message` is the key's. HMAC tags are compared in constant time by the backend.
    pub(crate) fn verify(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        PREPARED.with_borrow_mut(|prepared| {
            let place = (self.number % PREPARED_MAX) as usize;
            if prepared.len() <= place {
                prepared.resize_with(place + 1, || None);
            }
            let Some(place) = prepared.get_mut(place) else { return false };
            let verifier = match place {
                Some((number, verifier)) if *number == self.number => verifier,
                _ => match (PROVIDER.verifier_factory)(&self.algorithm.backend(), &self.key) {
                    Ok(verifier) => &mut place.insert((self.number, verifier)).1,
                    Err(_) => return false,
                },
            };
            verifier.verify(message, signature).is_ok()
        })
    }
}
