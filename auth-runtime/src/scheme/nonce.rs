//! Nonces that are their own proof: nothing is stored for one until a right response uses it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

const STAMP_BYTES: usize = 8;
const ISSUER_BYTES: usize = 8;
const MAC_BYTES: usize = 16;
const NONCE_BYTES: usize = STAMP_BYTES + ISSUER_BYTES + MAC_BYTES;
/// What clocks may differ by: a nonce from further ahead comes from a clock that was wrong, and would live too long.
pub(super) const LEEWAY: Duration = Duration::from_secs(60);

/// Which of our nonces one is. Ordered by age, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NonceId {
    /// Microseconds since 1970; no two of one issuer are equal.
    stamp: [u8; STAMP_BYTES],
    /// Tells apart what several processes issue under one key, and what one issues before and after its clock was set back.
    issuer: [u8; ISSUER_BYTES],
}

impl NonceId {
    /// When it was issued, in microseconds since 1970.
    pub(super) fn stamp(&self) -> u64 {
        u64::from_be_bytes(self.stamp)
    }

    /// How long ago it was issued. Zero where it comes from a clock that is ahead, or ours was set back: then it lives
    /// longer, by no more than the leeway, and so does what is remembered of it.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        Duration::from_micros(micros(now).saturating_sub(self.stamp()))
    }

    /// Whether it is from so far ahead that a clock was wrong.
    pub(super) fn is_ahead(&self, now: SystemTime) -> bool {
        is_ahead(self.stamp(), micros(now))
    }

    /// Which one issued it. Of one process, the later one is the greater.
    pub(super) fn issuer(&self) -> [u8; ISSUER_BYTES] {
        self.issuer
    }

    /// As it is named where it is stored: in the order of age.
    #[cfg(feature = "redis")]
    pub(super) fn to_bytes(self) -> [u8; STAMP_BYTES + ISSUER_BYTES] {
        let mut bytes = [0; STAMP_BYTES + ISSUER_BYTES];
        for (place, byte) in bytes.iter_mut().zip(self.stamp.into_iter().chain(self.issuer)) {
            *place = byte;
        }
        bytes
    }

    #[cfg(test)]
    pub(super) fn at(stamp: u64) -> Self {
        Self { stamp: stamp.to_be_bytes(), issuer: [0; ISSUER_BYTES] }
    }

    #[cfg(test)]
    pub(super) fn of_issuer(self, issuer: u64) -> Self {
        Self { issuer: issuer.to_be_bytes(), ..self }
    }
}

/// What nonces are authenticated by.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The nonces of one configuration.
pub(super) struct Nonces {
    key: Key,
    /// What they are for: under one key, those of one purpose are nothing for another.
    purpose: &'static str,
    configuration: String,
    latest: Mutex<Latest>,
}

/// The youngest nonce.
struct Latest {
    issuer: u64,
    stamp: u64,
}

impl Latest {
    /// The next nonce; where the time is not known, as old as the latest.
    fn next(&mut self, now: Option<SystemTime>) -> NonceId {
        let next = self.stamp.saturating_add(1);
        match now.map(micros) {
            // The clock was set back. What was issued before is another issuer's, so that nothing is issued twice.
            Some(now) if is_ahead(next, now) => {
                self.issuer = self.issuer.wrapping_add(1);
                self.stamp = now;
            }
            now => self.stamp = now.map_or(next, |now| now.max(next)),
        }
        NonceId { stamp: self.stamp.to_be_bytes(), issuer: self.issuer.to_be_bytes() }
    }
}

fn is_ahead(stamp: u64, now: u64) -> bool {
    Duration::from_micros(stamp.saturating_sub(now)) > LEEWAY
}

impl Nonces {
    /// Nonces under this key, or where there is none under a random one of this process.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(super) fn new(
        purpose: &'static str,
        key: Option<Key>,
        configuration: Option<&str>,
    ) -> Result<Self, getrandom::Error> {
        let mut issuer = [0; ISSUER_BYTES];
        getrandom::fill(&mut issuer)?;
        let key = match key {
            Some(key) => key,
            None => {
                let mut key = Zeroizing::new([0; 32]);
                getrandom::fill(&mut *key)?;
                key
            }
        };
        // `None` and `Some("")` are two configurations.
        let configuration = configuration.map_or_else(String::new, |name| format!("={name}"));
        // Half of what there is, so that it never wraps.
        let issuer = u64::from_be_bytes(issuer) >> 1;
        Ok(Self { key, purpose, configuration, latest: Mutex::new(Latest { issuer, stamp: 0 }) })
    }

    /// A nonce that is good for this, unlike any before it. Where the time is not known, it is as old as the latest.
    pub(super) fn issue(&self, now: Option<SystemTime>, good_for: &[&str]) -> String {
        let id = self.latest.lock().unwrap_or_else(PoisonError::into_inner).next(now);
        let mac = self.mac(id, good_for).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        let nonce: Vec<u8> = id.stamp.into_iter().chain(id.issuer).chain(mac.into_iter().take(MAC_BYTES)).collect();
        URL_SAFE_NO_PAD.encode(nonce)
    }

    /// Which nonce this is, if it is one that was issued under our key for this and the configuration.
    pub(super) fn recognize(&self, nonce: &str, good_for: &[&str]) -> Option<NonceId> {
        let nonce: [u8; NONCE_BYTES] = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        let (stamp, rest) = nonce.split_first_chunk()?;
        let (issuer, mac) = rest.split_first_chunk()?;
        let id = NonceId { stamp: *stamp, issuer: *issuer };
        // In constant time.
        self.mac(id, good_for)?.verify_truncated_left(mac).ok()?;
        Some(id)
    }

    /// Each part of a length that varies stands after its length, so that no two lists of parts have the same bytes.
    fn mac(&self, id: NonceId, good_for: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key).ok()?;
        mac.update(self.purpose.as_bytes());
        mac.update(&id.stamp);
        mac.update(&id.issuer);
        for part in good_for.iter().copied().chain([&*self.configuration]) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }
}

fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const PURPOSE: &str = "test nonce 1";
    const STAFF: &[&str] = &["staff", "SHA-256"];

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
    }

    fn nonces() -> Nonces {
        Nonces::new(PURPOSE, None, None).unwrap()
    }

    fn with_key(key: u8, configuration: Option<&str>) -> Nonces {
        Nonces::new(PURPOSE, Some(Zeroizing::new([key; 32])), configuration).unwrap()
    }

    #[test]
    fn what_was_issued_is_recognized_with_its_age() {
        let nonces = nonces();
        let nonce = nonces.issue(Some(now()), STAFF);
        assert_eq!(nonce.len(), 43);
        let id = nonces.recognize(&nonce, STAFF).unwrap();
        assert_eq!(id.age(now() + Duration::from_secs(9)), Duration::from_secs(9));
        assert_eq!(id.age(now() - Duration::from_secs(9)), Duration::ZERO, "the clock was set back");
    }

    #[test]
    fn no_two_are_alike_and_they_are_ordered_whatever_the_clock_does() {
        let nonces = nonces();
        let mut seen = HashSet::new();
        let mut last = None;
        for second in [5, 5, 5, 6, 1, 1, 7] {
            let nonce = nonces.issue(Some(now() + Duration::from_secs(second)), STAFF);
            let id = nonces.recognize(&nonce, STAFF);
            assert!(id > last, "{id:?}");
            last = id;
            assert!(seen.insert(nonce));
        }
    }

    #[test]
    fn a_clock_that_was_wrong_leaves_nothing_behind() {
        let nonces = nonces();
        let issue = |now| nonces.recognize(&nonces.issue(now, STAFF), STAFF).unwrap();
        let ahead = issue(Some(now() + LEEWAY - Duration::from_secs(1)));
        let still = issue(Some(now()));
        assert!(ahead < still && !still.is_ahead(now()), "within the leeway: {still:?}");
        let late = issue(Some(now() + Duration::from_secs(1_000_000)));
        assert!(late.is_ahead(now()) && late.age(now()).is_zero());
        let fresh = issue(Some(now()));
        assert!(!fresh.is_ahead(now()) && fresh.issuer() > late.issuer(), "{fresh:?}");
        let timeless = issue(None);
        assert_eq!((timeless.stamp(), timeless.issuer()), (fresh.stamp() + 1, fresh.issuer()));
    }

    #[test]
    fn each_part_counts() {
        let nonces = with_key(7, None);
        let nonce = nonces.issue(Some(now()), STAFF);
        assert!(with_key(7, None).recognize(&nonce, STAFF).is_some(), "another process with the key");
        assert_eq!(nonces.recognize(&nonce, &["vault", "SHA-256"]), None);
        assert_eq!(nonces.recognize(&nonce, &["staff", "SHA-512-256"]), None);
        assert_eq!(with_key(8, None).recognize(&nonce, STAFF), None);
        let other_purpose = Nonces::new("other nonce 1", Some(Zeroizing::new([7; 32])), None).unwrap();
        assert_eq!(other_purpose.recognize(&nonce, STAFF), None);
        assert_eq!(with_key(7, Some("")).recognize(&nonce, STAFF), None);
        assert_eq!(with_key(7, Some("partner")).recognize(&nonce, STAFF), None);
        assert_eq!(super::tests::nonces().recognize(&nonce, STAFF), None, "a key of another process");
    }

    #[test]
    fn every_bit_counts_and_so_does_the_form() {
        let nonces = nonces();
        let nonce = nonces.issue(Some(now()), STAFF);
        let bytes = URL_SAFE_NO_PAD.decode(&nonce).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(nonces.recognize(&URL_SAFE_NO_PAD.encode(changed), STAFF), None);
            }
        }
        for other in ["", &nonce[1..], &format!("{nonce}="), &format!("{nonce}A"), &format!(" {nonce}")] {
            assert_eq!(nonces.recognize(other, STAFF), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn nothing_invented_is_recognized(nonce in "[A-Za-z0-9_-]{0,44}") {
            prop_assert_eq!(nonces().recognize(&nonce, STAFF), None);
        }
    }
}
