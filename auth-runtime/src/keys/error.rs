//! Why a key cannot be used.
//!
//! For the developer: it comes up in `Auth::build()`, and nothing of a key ever ends up in it.

use std::error::Error;
use std::fmt;

use crate::crypto::Algorithm;

/// Why a key cannot be used.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// A secret shorter than the output of the algorithm's hash (RFC 7518 section 3.2).
    SecretTooShort {
        /// The algorithm.
        algorithm: Algorithm,
        /// Length of the secret in bytes.
        bytes: usize,
        /// The least length in bytes.
        least: usize,
    },
    /// PEM text or a DER public key where a shared secret belongs.
    SecretIsPublicKey,
    /// An HMAC algorithm with a public key.
    AlgorithmNeedsSecret {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A key of another kind than the algorithm takes.
    KindWrong {
        /// The algorithm.
        algorithm: Algorithm,
        /// The kind it takes.
        wanted: &'static str,
        /// The kind it was given.
        found: &'static str,
    },
    /// A kind of key or a curve that no algorithm here takes.
    KindUnsupported,
    /// A private key where a public one belongs.
    PrivateKeyGiven,
    /// An X.509 certificate where a bare public key belongs.
    CertificateGiven,
    /// Text that is not a single PEM block with a public key.
    PemUnreadable,
    /// Bytes that are not a public key in DER.
    DerUnreadable,
    /// An RSA modulus below 2048 bits.
    RsaTooShort {
        /// Its length in bits.
        bits: usize,
    },
    /// An RSA modulus longer than the cryptography backend takes.
    RsaTooLong {
        /// Its length in bits.
        bits: usize,
        /// The longest in bits.
        limit: usize,
    },
    /// An RSA exponent that is even, below 3 or above 33 bits.
    RsaExponent,
    /// A public key of the wrong length, a compressed point, or a point off its curve.
    PointMalformed,
    /// Text that is not a JSON object, or has a member twice.
    JsonInvalid,
    /// A member of a JWK is missing, of the wrong type, or not strict base64url.
    JwkMember {
        /// The member's name.
        member: &'static str,
    },
    /// A JWK whose `use` or `key_ops` does not allow to verify signatures.
    JwkPurpose,
    /// A JWK whose `alg` is not a signature algorithm supported here.
    JwkAlgorithm,
    /// An id given to a whole set of keys.
    IdForSet,
    /// A set in which no key can be used.
    SetEmpty {
        /// For each key of the set, why it was skipped.
        skipped: Vec<Box<str>>,
    },
    /// A URL that must not be asked for keys.
    #[cfg(feature = "jwks")]
    UrlRefused {
        /// What is wrong with it and what to do.
        fault: &'static str,
    },
    /// The process may start no more threads.
    #[cfg(feature = "jwks")]
    NoThread,
    /// A file that cannot be read or holds no usable set.
    FileUnusable {
        /// The path and what is wrong.
        cause: Box<str>,
    },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretTooShort { algorithm, bytes, least } => {
                write!(f, "the secret has {bytes} bytes; {algorithm} needs {least} random bytes or more")
            }
            Self::SecretIsPublicKey => f.write_str(
                "a PEM or DER key was given as a shared secret; use `public_pem` or `public_der` with its algorithm",
            ),
            Self::AlgorithmNeedsSecret { algorithm } => {
                write!(f, "{algorithm} takes a shared secret, not a public key; use `hs256`, `hs384` or `hs512`")
            }
            Self::KindWrong { algorithm, wanted, found } => {
                write!(f, "{algorithm} takes {wanted} and was given {found}; name the algorithm the issuer signs with")
            }
            Self::KindUnsupported => f.write_str(
                "the kind of key is not supported; use RSA, EC on P-256 or P-384 with the curve named, or Ed25519",
            ),
            Self::PrivateKeyGiven => f.write_str(
                "a private key was given; only its public half belongs here (`openssl pkey -in private.pem -pubout`)",
            ),
            Self::CertificateGiven => f.write_str(
                "a certificate was given; take the public key out of it (`openssl x509 -in cert.pem -noout -pubkey`)",
            ),
            Self::PemUnreadable => {
                f.write_str("the text is not a PEM public key; it must hold one block, `-----BEGIN PUBLIC KEY-----`")
            }
            Self::DerUnreadable => {
                f.write_str("the bytes are not a public key in DER; give a SubjectPublicKeyInfo or an RSAPublicKey")
            }
            Self::RsaTooShort { bits } => write!(f, "the RSA key has {bits} bits; 2048 or more are needed"),
            Self::RsaTooLong { bits, limit } => {
                write!(f, "the RSA key has {bits} bits; the cryptography backend takes at most {limit}")
            }
            Self::RsaExponent => f.write_str("the RSA exponent is even, below 3 or above 33 bits; use 65537"),
            Self::PointMalformed => {
                f.write_str("the public key is malformed; its length must fit the curve and its point be uncompressed")
            }
            Self::JsonInvalid => f.write_str("the text is not a JSON object, or a member stands in it twice"),
            Self::JwkMember { member } => {
                write!(f, "`{member}` is missing or malformed; see RFC 7517 and RFC 7518 section 6")
            }
            Self::JwkPurpose => f.write_str("`use` or `key_ops` does not allow to verify signatures"),
            Self::JwkAlgorithm => f.write_str("`alg` is not a signature algorithm supported here"),
            Self::IdForSet => f.write_str("`.id(…)` names one key; the keys of a set bring their own `kid`"),
            Self::SetEmpty { skipped } if skipped.is_empty() => {
                f.write_str("the set has no keys; it must be `{\"keys\": […]}` with one at least")
            }
            Self::SetEmpty { skipped } => write!(f, "no key of the set can be used: {}", skipped.join("; ")),
            #[cfg(feature = "jwks")]
            Self::UrlRefused { fault } => f.write_str(fault),
            #[cfg(feature = "jwks")]
            Self::NoThread => f.write_str("keys cannot be fetched: this process may start no more threads"),
            Self::FileUnusable { cause } => f.write_str(cause),
        }
    }
}

impl Error for KeyError {}
