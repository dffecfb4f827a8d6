//! Public keys in DER, as PEM text or bare: SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and the RSAPublicKey of
//! PKCS #1 (RFC 8017 appendix A.1.1).
//!
//! jsonwebtoken's own reader takes the first bit string of whatever it is given: private keys, certificates, points of
//! another curve. This one takes public keys, whole, of the kinds that have an algorithm here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::keys::KeyError;
use crate::keys::material::Material;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Reads one public key from PEM text (RFC 7468). Text around it is allowed, a second block is not.
pub(crate) fn from_pem(pem: &[u8]) -> Result<Material, KeyError> {
    let pem = std::str::from_utf8(pem).map_err(|_| KeyError::PemUnreadable)?;
    let (_, rest) = pem.split_once("-----BEGIN ").ok_or(KeyError::PemUnreadable)?;
    let (label, rest) = rest.split_once("-----").ok_or(KeyError::PemUnreadable)?;
    if label.ends_with("PRIVATE KEY") {
        return Err(KeyError::PrivateKeyGiven);
    }
    if label.contains("CERTIFICATE") {
        return Err(KeyError::CertificateGiven);
    }
    let (body, after) = rest.split_once(&format!("-----END {label}-----")).ok_or(KeyError::PemUnreadable)?;
    if after.contains("-----BEGIN ") {
        return Err(KeyError::PemUnreadable);
    }
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(body).map_err(|_| KeyError::PemUnreadable)?;
    match label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => from_der(&der),
        _ => Err(KeyError::PemUnreadable),
    }
}

/// Reads one public key from DER.
pub(crate) fn from_der(der: &[u8]) -> Result<Material, KeyError> {
    let mut outer = Reader(der);
    let key = Reader(outer.take(SEQUENCE).ok_or(KeyError::DerUnreadable)?);
    outer.end()?;
    match key.peek() {
        Some(INTEGER) => rsa_public_key(key),
        Some(SEQUENCE) => public_key_info(key),
        _ => Err(KeyError::DerUnreadable),
    }
}

fn public_key_info(mut info: Reader<'_>) -> Result<Material, KeyError> {
    let mut algorithm = Reader(info.take(SEQUENCE).ok_or(KeyError::DerUnreadable)?);
    let kind = algorithm.take(OBJECT_IDENTIFIER).ok_or_else(|| {
        // A certificate starts with two sequences as well, then a version or a serial number.
        if matches!(algorithm.peek(), Some(0xa0 | INTEGER)) {
            KeyError::CertificateGiven
        } else {
            KeyError::DerUnreadable
        }
    })?;
    // A bit string opens with the count of unused bits: none in a key.
    let bits = info.take(BIT_STRING).ok_or(KeyError::DerUnreadable)?;
    let Some((0, bits)) = bits.split_first() else { return Err(KeyError::DerUnreadable) };
    info.end()?;
    match kind {
        RSA_ENCRYPTION => {
            if algorithm.peek().is_some() && algorithm.take(NULL) != Some(&[]) {
                return Err(KeyError::DerUnreadable);
            }
            algorithm.end()?;
            let mut outer = Reader(bits);
            let key = Reader(outer.take(SEQUENCE).ok_or(KeyError::DerUnreadable)?);
            outer.end()?;
            rsa_public_key(key)
        }
        EC_PUBLIC_KEY => {
            let curve = algorithm.take(OBJECT_IDENTIFIER).ok_or(KeyError::KindUnsupported)?;
            algorithm.end()?;
            match curve {
                P256 => Material::p256(bits),
                P384 => Material::p384(bits),
                _ => Err(KeyError::KindUnsupported),
            }
        }
        ED25519 => {
            algorithm.end()?;
            Material::ed25519(bits)
        }
        _ => Err(KeyError::KindUnsupported),
    }
}

fn rsa_public_key(mut key: Reader<'_>) -> Result<Material, KeyError> {
    let modulus = key.take(INTEGER).ok_or(KeyError::DerUnreadable)?;
    // A private key of any form opens with its version, 0 or 1.
    if matches!(modulus, [0 | 1]) {
        return Err(KeyError::PrivateKeyGiven);
    }
    let exponent = key.take(INTEGER).ok_or(KeyError::DerUnreadable)?;
    key.end()?;
    if ![modulus, exponent].into_iter().all(is_positive) {
        return Err(KeyError::DerUnreadable);
    }
    Material::rsa(modulus, exponent)
}

/// Whether these are the content bytes of a positive integer, in the one form that DER has: signed, and no longer than need be
/// (X.690 section 8.3.2).
fn is_positive(number: &[u8]) -> bool {
    match number {
        [0, rest @ ..] => rest.first().is_some_and(|&byte| byte >= 0x80),
        [first, ..] => *first < 0x80,
        [] => false,
    }
}

/// What is left of a DER text.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element, if it has this tag and a length this module can hold. DER has one form of a length,
    /// the shortest (X.690 section 10.1).
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&first, rest) = self.0.split_first()?;
        if first != tag {
            return None;
        }
        let (&length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81 => {
                let (&length, rest) = rest.split_first().filter(|(length, _)| **length >= 0x80)?;
                (usize::from(length), rest)
            }
            0x82 => {
                let (length, rest) = rest.split_first_chunk::<2>().filter(|(length, _)| length[0] > 0)?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    fn end(&self) -> Result<(), KeyError> {
        if self.0.is_empty() { Ok(()) } else { Err(KeyError::DerUnreadable) }
    }
}
