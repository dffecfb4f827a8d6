//! Keys that this side signs with.

use jsonwebtoken::EncodingKey;

use crate::crypto::{Algorithm, KeyKind};

/// A private key for signing, as PEM text in PKCS #8.
///
/// # Errors
/// Where it is not a key for the algorithm, which takes no shared secret.
pub(crate) fn signing_key(algorithm: Algorithm, pem: &[u8]) -> Result<EncodingKey, jsonwebtoken::errors::Error> {
    match algorithm.kind() {
        KeyKind::Rsa => EncodingKey::from_rsa_pem(pem),
        KeyKind::P256 | KeyKind::P384 => EncodingKey::from_ec_pem(pem),
        KeyKind::Ed25519 | KeyKind::Secret => EncodingKey::from_ed_pem(pem),
    }
}
