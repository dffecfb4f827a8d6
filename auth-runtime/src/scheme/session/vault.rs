//! Encryption of what leaves this process and comes back: what a browser holds while somebody signs in, and the tokens of a provider
//! in a store.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::denial::Unavailable;
use crate::scheme::session::id::random;
use crate::scheme::session::seal::{SealingKey, push};

/// Random, so that no two texts share one: 192 bits.
const NONCE_BYTES: usize = 24;

/// Encrypts under keys that neither browsers nor stores have. The first encrypts, all decrypt.
pub(crate) struct Vault {
    /// Public origin and configuration: what another application has encrypted is nothing here.
    application: Vec<u8>,
    keys: Vec<(Box<str>, XChaCha20Poly1305)>,
}

debug_by_name!([] Vault as "Vault";);

impl Vault {
    /// With the keys by which a shared store's records are sealed; where there are none, with one of this process.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(super) fn new(application: Vec<u8>, keys: &[SealingKey]) -> Result<Self, Unavailable> {
        let of_process;
        let keys = match keys {
            [] => {
                let secret = Zeroizing::new(random::<32>()?.to_vec());
                of_process = [SealingKey { name: "process".into(), secret }];
                &of_process
            }
            keys => keys,
        };
        let keys = keys.iter().filter_map(|key| Some((key.name.clone(), cipher(key)?))).collect();
        Ok(Self { application, keys })
    }

    /// Encrypts; what is `bound` must be given again to decrypt, and `kind` says what it is for.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(crate) fn encrypt(&self, kind: &str, bound: &[&str], text: &[u8]) -> Result<String, Unavailable> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let unusable = || Unavailable::backend().because("a text could not be encrypted");
        let (name, cipher) = self.keys.first().ok_or_else(unusable)?;
        let aad = self.bound(name, kind, bound);
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &aad }).map_err(|_| unusable())?;
        let length = u8::try_from(name.len()).map_err(|_| unusable())?;
        Ok(URL_SAFE_NO_PAD.encode([&[length], name.as_bytes(), &nonce, &sealed].concat()))
    }

    /// The text, if it was encrypted here for this and bound to the same.
    pub(crate) fn decrypt(&self, kind: &str, bound: &[&str], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (length, rest) = sealed.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
        let (name, cipher) = self.keys.iter().find(|(known, _)| known.as_bytes() == name)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let aad = self.bound(name, kind, bound);
        cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad }).ok().map(Zeroizing::new)
    }

    fn bound(&self, key: &str, kind: &str, bound: &[&str]) -> Vec<u8> {
        let mut aad = self.application.clone();
        [key, kind].iter().chain(bound).for_each(|part| push(&mut aad, part.as_bytes()));
        aad
    }
}

/// Another key than that of records, made of the same secret.
fn cipher(key: &SealingKey) -> Option<XChaCha20Poly1305> {
    // HMAC takes keys of any length.
    let derived = Hmac::<Sha256>::new_from_slice(&key.secret).ok()?.chain_update("auth session vault 1").finalize();
    XChaCha20Poly1305::new_from_slice(&derived.into_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, fill: u8) -> SealingKey {
        SealingKey { name: name.into(), secret: Zeroizing::new(vec![fill; 32]) }
    }

    fn vault(keys: &[SealingKey]) -> Vault {
        Vault::new(b"https://shop.example".to_vec(), keys).unwrap()
    }

    #[test]
    fn a_text_is_read_by_whoever_has_the_key_for_what_it_was_made_for_and_bound_to() {
        let here = vault(&[key("a", 1)]);
        let sealed = here.encrypt("flow", &["idp"], b"secret").unwrap();
        let read = |vault: &Vault, kind: &str, bound: &[&str]| {
            vault.decrypt(kind, bound, sealed.as_bytes()).map(|text| text.to_vec())
        };
        assert_eq!(read(&here, "flow", &["idp"]).unwrap(), b"secret");
        assert!(read(&vault(&[key("b", 2), key("a", 1)]), "flow", &["idp"]).is_some(), "an older key");
        for (vault, kind, bound) in [
            (vault(&[key("a", 2)]), "flow", ["idp"]),
            (vault(&[key("b", 1)]), "flow", ["idp"]),
            (vault(&[]), "flow", ["idp"]),
            (vault(&[key("a", 1)]), "tokens", ["idp"]),
            (vault(&[key("a", 1)]), "flow", ["other"]),
            (Vault::new(b"https://other.example".to_vec(), &[key("a", 1)]).unwrap(), "flow", ["idp"]),
        ] {
            assert_eq!(read(&vault, kind, &bound), None);
        }
        assert_ne!(sealed, here.encrypt("flow", &["idp"], b"secret").unwrap(), "a nonce is used once");
    }

    #[test]
    fn what_was_changed_is_nothing() {
        let here = vault(&[]);
        let sealed = here.encrypt("flow", &[], b"secret").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert!(here.decrypt("flow", &[], &changed).is_none(), "{place}");
            assert!(here.decrypt("flow", &[], &sealed.as_bytes()[..place]).is_none(), "{place}");
        }
    }
}
