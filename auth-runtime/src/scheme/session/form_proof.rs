//! What proves that a form was shown in a session: a MAC under its id, which the browser holds and the store does not know.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::denial::Unavailable;
use crate::scheme::session::id::random;

const BYTES: usize = 32;

/// The MAC of one session, and a mask that makes it another text each time.
pub(crate) struct FormProof {
    mac: Zeroizing<[u8; BYTES]>,
    mask: [u8; BYTES],
}

impl FormProof {
    /// # Errors
    /// Where the system gives no random numbers.
    pub(super) fn of(id: &[u8; 32]) -> Result<Self, Unavailable> {
        // HMAC takes keys of any length.
        let mac = Hmac::<Sha256>::new_from_slice(id).map_err(|error| Unavailable::backend().because(error))?;
        let mac = mac.chain_update("auth session form 1").finalize().into_bytes().into();
        Ok(Self { mac: Zeroizing::new(mac), mask: random()? })
    }

    /// Whether this text is one of this session, whatever its mask.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        let mut sent = Zeroizing::new([0; 2 * BYTES]);
        if text.len() != 86 || URL_SAFE_NO_PAD.decode_slice(text, &mut *sent) != Ok(2 * BYTES) {
            return false;
        }
        let (mask, masked) = sent.split_at(BYTES);
        let mac: Zeroizing<Vec<u8>> = Zeroizing::new(mask.iter().zip(masked).map(|(mask, byte)| mask ^ byte).collect());
        self.mac.ct_eq(&mac).into()
    }
}

impl fmt::Display for FormProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = self.mask.iter().zip(self.mac.iter()).map(|(mask, byte)| mask ^ byte);
        let whole: Zeroizing<Vec<u8>> = Zeroizing::new(self.mask.iter().copied().chain(masked).collect());
        f.write_str(&URL_SAFE_NO_PAD.encode(&*whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_of_its_session_and_another_text_each_time() {
        let proof = FormProof::of(&[1; 32]).unwrap();
        let text = proof.to_string();
        let again = FormProof::of(&[1; 32]).unwrap();
        assert!(again.is_of(&text) && proof.is_of(&again.to_string()));
        assert_ne!(text, again.to_string());
        assert!(!FormProof::of(&[2; 32]).unwrap().is_of(&text));
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert!(!proof.is_of(std::str::from_utf8(&other).unwrap()), "{place}");
        }
        for wrong in ["", &text[..85], &format!("{text}A"), &"A".repeat(86), &"\u{e4}".repeat(43)] {
            assert!(!proof.is_of(wrong), "{wrong}");
        }
    }
}
