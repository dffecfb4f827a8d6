//! The digests of RFC 7616 section 3.4: what proves a password, and what proves that the server knows it too.

use std::fmt;

use md5::Md5;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512_256};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, Zeroizing};

/// A hash algorithm of RFC 7616 section 6.1. The variants that hash once a session (`-sess`) are not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// `SHA-256`, the default: every client that was tried knows it.
    Sha256,
    /// `SHA-512-256`, which is SHA-512/256 of FIPS 180-4.
    Sha512_256,
    /// `MD5`, for files and clients of old: offered only where
    /// [`DigestUsers::dangerous_md5`](super::DigestUsers::dangerous_md5) says so.
    Md5,
}

impl DigestAlgorithm {
    pub(super) const ALL: [Self; 3] = [Self::Sha256, Self::Sha512_256, Self::Md5];

    /// Its name in challenges, credentials and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha512_256 => "SHA-512-256",
            Self::Md5 => "MD5",
        }
    }

    /// The algorithm of this name, whose case does not matter.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.name().as_bytes()))
    }

    /// Length of a digest, in hexadecimal digits.
    pub(super) fn digits(self) -> usize {
        match self {
            Self::Sha256 | Self::Sha512_256 => 64,
            Self::Md5 => 32,
        }
    }

    /// The digest of the parts joined by colons.
    pub(super) fn digest(self, parts: &[&[u8]]) -> HexDigest {
        match self {
            Self::Sha256 => hashed::<Sha256>(parts),
            Self::Sha512_256 => hashed::<Sha512_256>(parts),
            Self::Md5 => hashed::<Md5>(parts),
        }
    }
}

fn hashed<D: Digest>(parts: &[&[u8]]) -> HexDigest {
    let mut hash = D::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            hash.update(b":");
        }
        hash.update(part);
    }
    HexDigest::of(&hash.finalize())
}

/// A digest as RFC 7616 hashes and sends it: hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HexDigest {
    digits: [u8; 64],
    length: usize,
}

impl HexDigest {
    fn of(bytes: &[u8]) -> Self {
        let mut digest = Self { digits: [0; 64], length: 0 };
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for (place, digit) in digest.digits.iter_mut().zip(digits) {
            *place = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
            digest.length += 1;
        }
        digest
    }

    /// A digest of this algorithm that came as text, whose case does not matter.
    pub(super) fn read(algorithm: DigestAlgorithm, text: &[u8]) -> Option<Self> {
        if text.len() != algorithm.digits() || !text.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut digest = Self { digits: [0; 64], length: text.len() };
        for (place, digit) in digest.digits.iter_mut().zip(text) {
            *place = digit.to_ascii_lowercase();
        }
        Some(digest)
    }

    pub(super) fn as_str(&self) -> &str {
        self.digits.get(..self.length).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default()
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    pub(super) fn matches(&self, other: &Self) -> bool {
        bool::from(self.digits.ct_eq(&other.digits)) && self.length == other.length
    }
}

/// Never the digits: they may be as good as a password.
impl fmt::Debug for HexDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HexDigest")
    }
}

impl Zeroize for HexDigest {
    fn zeroize(&mut self) {
        self.digits.zeroize();
    }
}

/// `H(A1)`: the digest of `user:realm:password`, which is all that a server keeps of a password.
///
/// ```
/// use auth_runtime::digest::{DigestAlgorithm, Ha1};
///
/// let stored = "dedd27fa56d25e44c1a2b98cdc4d2304b0e640e39da6418046430ff87abd5178";
/// assert_eq!(Ha1::of(DigestAlgorithm::Sha256, "alice", "staff", "wonderland").expose_hex(), stored);
/// assert!(Ha1::from_hex(DigestAlgorithm::Sha256, stored).is_some());
/// assert!(Ha1::from_hex(DigestAlgorithm::Md5, stored).is_none(), "a digest of another length");
/// ```
///
/// # Security
/// Treat it as the password itself: whoever has it can log in to this realm as that user, without knowing more. It is
/// hashed once and without salt, so that weak passwords are found from it quickly. It is hidden in `Debug` and wiped from
/// memory when dropped.
#[derive(Clone)]
pub struct Ha1 {
    algorithm: DigestAlgorithm,
    digest: Zeroizing<HexDigest>,
}

impl Ha1 {
    /// Computes it from a password.
    pub fn of(algorithm: DigestAlgorithm, user: &str, realm: &str, password: &str) -> Self {
        let digest = algorithm.digest(&[user.as_bytes(), realm.as_bytes(), password.as_bytes()]);
        Self { algorithm, digest: Zeroizing::new(digest) }
    }

    /// Reads it as it is stored: 64 hexadecimal digits, for `MD5` 32. `None` for anything else.
    pub fn from_hex(algorithm: DigestAlgorithm, digits: &str) -> Option<Self> {
        let digest = Zeroizing::new(HexDigest::read(algorithm, digits.as_bytes())?);
        Some(Self { algorithm, digest })
    }

    /// The algorithm it was made with, and can be used with.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The hexadecimal digits, to be stored.
    ///
    /// # Security
    /// Store them as you would a password in clear.
    pub fn expose_hex(&self) -> &str {
        self.digest.as_str()
    }

    /// What a client that knows the password sends (section 3.4.1).
    pub(super) fn response(&self, method: &str, exchange: &Exchange<'_>) -> HexDigest {
        self.keyed(exchange, self.algorithm.digest(&[method.as_bytes(), exchange.uri.as_bytes()]))
    }

    /// What a server that knows it sends back (section 3.5).
    pub(super) fn rspauth(&self, exchange: &Exchange<'_>) -> HexDigest {
        self.keyed(exchange, self.algorithm.digest(&[b"", exchange.uri.as_bytes()]))
    }

    fn keyed(&self, exchange: &Exchange<'_>, ha2: HexDigest) -> HexDigest {
        let Exchange { nonce, nc, cnonce, .. } = exchange;
        let parts = [self.expose_hex(), nonce, nc, cnonce, "auth", ha2.as_str()];
        self.algorithm.digest(&parts.map(str::as_bytes))
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ha1").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// What a response is a digest of, beside the password and the method.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) uri: &'a str,
    pub(super) nonce: &'a str,
    /// As sent: eight digits.
    pub(super) nc: &'a str,
    pub(super) cnonce: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 section 3.9.1.
    const MUFASA: Exchange<'_> = Exchange {
        uri: "/dir/index.html",
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        nc: "00000001",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    };

    #[test]
    fn the_example_of_rfc_7616_with_two_algorithms() {
        for (algorithm, expected) in [
            (DigestAlgorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (DigestAlgorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let ha1 = Ha1::of(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
            assert_eq!(ha1.response("GET", &MUFASA).as_str(), expected);
        }
    }

    /// RFC 7616 section 3.9.2. What the RFC prints was made with another hash, SHA-512 cut to 256 bits; its erratum 4897
    /// gives these, which are of SHA-512/256.
    #[test]
    fn the_example_of_rfc_7616_with_sha_512_256_and_userhash_as_corrected() {
        let (algorithm, user, realm) = (DigestAlgorithm::Sha512_256, "J\u{e4}s\u{f8}n Doe", "api@example.org");
        let ha1 = Ha1::of(algorithm, user, realm, "Secret, or not?");
        let exchange = Exchange {
            uri: "/doe.json",
            nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
            nc: "00000001",
            cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        };
        assert_eq!(
            ha1.response("GET", &exchange).as_str(),
            "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
        );
        assert_eq!(
            algorithm.digest(&[user.as_bytes(), realm.as_bytes()]).as_str(),
            "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
        );
    }

    #[test]
    fn each_part_counts() {
        let ha1 = Ha1::of(DigestAlgorithm::Sha256, "Mufasa", "http-auth@example.org", "Circle of Life");
        let right = ha1.response("GET", &MUFASA);
        let others = [
            ha1.response("POST", &MUFASA),
            ha1.response("GET", &Exchange { uri: "/dir/index.htm", ..MUFASA }),
            ha1.response("GET", &Exchange { nonce: "x", ..MUFASA }),
            ha1.response("GET", &Exchange { nc: "00000002", ..MUFASA }),
            ha1.response("GET", &Exchange { cnonce: "x", ..MUFASA }),
            ha1.rspauth(&MUFASA),
            Ha1::of(DigestAlgorithm::Sha256, "Mufasa", "http-auth@example.org", "Circle of life")
                .response("GET", &MUFASA),
        ];
        assert!(right.matches(&right));
        for other in others {
            assert!(!right.matches(&other));
        }
    }

    #[test]
    fn digests_are_read_in_either_case_and_in_their_own_length() {
        let text = "8CA523f5e9506fed4657c9700eebdbEC";
        let read = HexDigest::read(DigestAlgorithm::Md5, text.as_bytes()).unwrap();
        assert_eq!(read.as_str(), text.to_ascii_lowercase());
        for bad in ["", "8ca5", &text[1..], &format!("{text}0"), &text.replace('8', "g"), &text.repeat(2)] {
            assert!(HexDigest::read(DigestAlgorithm::Md5, bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(Ha1::from_hex(DigestAlgorithm::Sha512_256, &text.repeat(2)).is_some());
    }

    #[test]
    fn algorithms_are_found_by_name_in_either_case() {
        assert_eq!(DigestAlgorithm::named(b"sha-256"), Some(DigestAlgorithm::Sha256));
        assert_eq!(DigestAlgorithm::named(b"SHA-512-256"), Some(DigestAlgorithm::Sha512_256));
        for unknown in ["", "SHA-256-sess", "MD5-sess", "SHA256", "SHA-512/256", "SHA-1"] {
            assert_eq!(DigestAlgorithm::named(unknown.as_bytes()), None, "{unknown}");
        }
    }

    #[test]
    fn debug_shows_no_digest() {
        let ha1 = Ha1::of(DigestAlgorithm::Sha256, "alice", "staff", "wonderland");
        assert_eq!(format!("{ha1:?}"), "Ha1 { algorithm: Sha256, .. }");
    }
}
