//! Records as a store keeps them that is not trusted.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::fault::Misconfiguration;
use crate::scheme::session::id::SessionId;
use crate::scheme::session::record::{RECORD_MAX, Record, Whose};
use crate::scheme::session::store::{SessionKey, SubjectKey};

const KEY_BYTES: usize = 32;
const KEY_NAME_MAX: usize = 64;
const MAC_BYTES: usize = 32;

/// A secret by which a record is told from what somebody else has written, and its name.
#[derive(Clone)]
pub(super) struct SealingKey {
    pub(super) name: Box<str>,
    pub(super) secret: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealingKey").field(&self.name).finish()
    }
}

/// Writes records, and reads those that it has written.
pub(super) struct Seal {
    /// Public origin and configuration, each behind its length: a record of another application's is nothing here.
    application: Vec<u8>,
    /// The first seals, all open. None where records stay in this process.
    keys: Vec<SealingKey>,
}

impl Seal {
    /// # Errors
    /// Where a key cannot be used.
    pub(super) fn new(
        origin: &str,
        configuration: Option<&str>,
        keys: Vec<SealingKey>,
    ) -> Result<Self, Misconfiguration> {
        for (place, key) in keys.iter().enumerate() {
            let is_name = !key.name.is_empty() && key.name.len() <= KEY_NAME_MAX;
            if !is_name || keys.iter().take(place).any(|other| other.name == key.name) {
                return Err(Misconfiguration::new(
                    "the name of a key is empty, longer than 64 bytes or used twice; name it by the month it was made in",
                ));
            }
            if key.secret.len() < KEY_BYTES {
                return Err(Misconfiguration::new("a key is shorter than 32 bytes; make one with `openssl rand 32`"));
            }
        }
        let mut application = Vec::new();
        push(&mut application, origin.as_bytes());
        push(&mut application, configuration.unwrap_or_default().as_bytes());
        Ok(Self { application, keys })
    }

    /// For whom records are sealed.
    #[cfg(feature = "login")]
    pub(super) fn application(&self) -> &[u8] {
        &self.application
    }

    /// What a store knows an id by. Under that of another application's nothing is found, which may be in the same store.
    pub(super) fn key(&self, id: &SessionId) -> SessionKey {
        let hash = Sha256::new().chain_update("auth session id 1").chain_update(&self.application);
        SessionKey::from_bytes(hash.chain_update(id.as_bytes()).finalize().into())
    }

    /// Whose sessions these are, for a store.
    pub(super) fn subject(&self, whose: Whose<'_>) -> SubjectKey {
        let mut hash = Sha256::new().chain_update("auth session subject 1").chain_update(&self.application);
        if let Some(issuer) = whose.issuer {
            // No subject of the application's own begins with this byte, which is not UTF-8.
            let mut named = vec![0xff];
            push(&mut named, issuer.as_bytes());
            hash.update(named);
        }
        SubjectKey::from_bytes(hash.chain_update(whose.subject).finalize().into())
    }

    /// The name of something else that a store keeps beside sessions.
    pub(super) fn name(&self, kind: &str, parts: &[&str]) -> [u8; 32] {
        let mut named = self.application.clone();
        [kind].iter().chain(parts).for_each(|part| push(&mut named, part.as_bytes()));
        Sha256::new().chain_update("auth session entry 1").chain_update(named).finalize().into()
    }

    /// The record as it is kept: MAC, name of the key behind its length, JSON. `None` where it is too large.
    pub(super) fn seal(&self, key: SessionKey, record: &Record) -> Option<Vec<u8>> {
        let text = serde_json::to_vec(record).ok().filter(|text| text.len() <= RECORD_MAX)?;
        let Some(by) = self.keys.first() else { return Some(text) };
        let mac = self.mac(by, key, &text)?.finalize().into_bytes();
        let length = u8::try_from(by.name.len()).ok()?;
        Some([&*mac, &[length], by.name.as_bytes(), &text].concat())
    }

    /// The record, if it is one that was sealed for this session.
    pub(super) fn open(&self, key: SessionKey, content: &[u8]) -> Option<Record> {
        let text = if self.keys.is_empty() { content } else { self.text(key, content)? };
        serde_json::from_slice(text).ok()
    }

    fn text<'a>(&self, key: SessionKey, content: &'a [u8]) -> Option<&'a [u8]> {
        let (mac, rest) = content.split_at_checked(MAC_BYTES)?;
        let (length, rest) = rest.split_first()?;
        let (name, text) = rest.split_at_checked(usize::from(*length))?;
        let by = self.keys.iter().find(|by| by.name.as_bytes() == name)?;
        // In constant time.
        self.mac(by, key, text)?.verify_slice(mac).ok()?;
        Some(text)
    }

    fn mac(&self, by: &SealingKey, key: SessionKey, text: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length. What is in front of the text has a fixed length, or says its own.
        let mut mac = Hmac::<Sha256>::new_from_slice(&by.secret).ok()?.chain_update("auth session record 1");
        let mut bound = self.application.clone();
        push(&mut bound, by.name.as_bytes());
        mac.update(&bound);
        Some(mac.chain_update(key.as_bytes()).chain_update(text))
    }
}

/// Adds a part behind its length.
pub(super) fn push(text: &mut Vec<u8>, part: &[u8]) {
    text.extend_from_slice(&(part.len() as u64).to_be_bytes());
    text.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, fill: u8) -> SealingKey {
        SealingKey { name: name.into(), secret: Zeroizing::new(vec![fill; 32]) }
    }

    fn seal(keys: Vec<SealingKey>) -> Seal {
        Seal::new("https://shop.example", None, keys).unwrap()
    }

    fn record() -> Record {
        Record { sid: "s".into(), subject: "alice".into(), ..Record::default() }
    }

    #[test]
    fn a_record_opens_for_its_session_application_and_key_alone() {
        let here = SessionKey::from_bytes([1; 32]);
        let kept = seal(vec![key("a", 1)]).seal(here, &record()).unwrap();
        assert_eq!(&*seal(vec![key("a", 1)]).open(here, &kept).unwrap().subject, "alice");
        assert!(seal(vec![key("b", 2), key("a", 1)]).open(here, &kept).is_some(), "an older key opens");
        assert!(seal(vec![key("a", 1)]).open(SessionKey::from_bytes([2; 32]), &kept).is_none());
        assert!(seal(vec![key("a", 2)]).open(here, &kept).is_none());
        assert!(seal(vec![key("b", 1)]).open(here, &kept).is_none());
        for (origin, configuration) in [("https://other.example", None), ("https://shop.example", Some("staff"))] {
            let other = Seal::new(origin, configuration, vec![key("a", 1)]).unwrap();
            assert!(other.open(here, &kept).is_none());
            let alice = Whose { issuer: None, subject: "alice" };
            assert_ne!(other.subject(alice), seal(vec![]).subject(alice));
            let id = SessionId::random().unwrap();
            assert_ne!(other.key(&id), seal(vec![]).key(&id));
        }
        for place in 0..kept.len() {
            let mut changed = kept.clone();
            changed[place] ^= 1;
            assert!(seal(vec![key("a", 1)]).open(here, &changed).is_none(), "{place}");
        }
        assert!(seal(vec![key("a", 1)]).open(here, &serde_json::to_vec(&record()).unwrap()).is_none());
    }

    #[test]
    fn keys_that_protect_nothing_are_refused() {
        let new = |keys| Seal::new("https://shop.example", None, keys).err().map(|fault| fault.to_string());
        let short = SealingKey { name: "a".into(), secret: Zeroizing::new(vec![1; 31]) };
        assert!(new(vec![short]).unwrap().contains("shorter than 32 bytes"));
        assert!(new(vec![key("a", 1), key("a", 2)]).unwrap().contains("used twice"));
        assert!(new(vec![key("", 1)]).unwrap().contains("empty"));
        assert!(new(vec![key("a", 1), key("b", 2)]).is_none());
    }

    #[test]
    fn a_record_that_is_too_large_is_not_kept() {
        let record = Record { details: Some("x".repeat(RECORD_MAX).into()), ..record() };
        assert!(seal(vec![]).seal(SessionKey::from_bytes([1; 32]), &record).is_none());
    }
}
