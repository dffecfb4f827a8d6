//! Tokens that were good once, by a fingerprint of four bytes.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is known of a token that was seen once, and of nothing else: whoever finds it here verifies it all the same.
///
/// It is the code that authenticates the token (RFC 2104), of which a part is as good as any hash under a secret key: nobody
/// who cannot make tokens can choose where they stand. A newer one takes the place of an older.
pub(super) struct SeenOnce {
    places: usize,
    /// Made when the first token comes: a configuration without such needs none.
    seen: OnceLock<Box<[AtomicU32]>>,
}

impl SeenOnce {
    /// Room for about so many, at least.
    pub(super) fn of(tokens: usize) -> Self {
        Self { places: tokens.next_power_of_two(), seen: OnceLock::new() }
    }

    /// What it takes at most, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.places.saturating_mul(size_of::<AtomicU32>())
    }

    pub(super) fn contains(&self, code: &[u8]) -> bool {
        let known = |(place, fingerprint): (usize, u32)| {
            Some(self.seen.get()?.get(place)?.load(Ordering::Relaxed) == fingerprint)
        };
        self.place(code).and_then(known).unwrap_or_default()
    }

    pub(super) fn insert(&self, code: &[u8]) {
        let seen = self.seen.get_or_init(|| (0..self.places).map(|_| AtomicU32::new(0)).collect());
        if let Some((place, fingerprint)) = self.place(code)
            && let Some(place) = seen.get(place)
        {
            place.store(fingerprint, Ordering::Relaxed);
        }
    }

    /// Where it stands, and as what. Zero stands for nothing.
    fn place(&self, code: &[u8]) -> Option<(usize, u32)> {
        let &[a, b, c, d, e, f, g, h] = code.first_chunk()?;
        let place = u32::from_le_bytes([a, b, c, d]) as usize & (self.places - 1);
        Some((place, u32::from_le_bytes([e, f, g, h]).max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_until_another_takes_its_place() {
        let seen = SeenOnce::of(1000);
        let code = |place: u32, fingerprint: u32| [place.to_le_bytes(), fingerprint.to_le_bytes()].concat();
        assert!(!seen.contains(&code(7, 1)) && !seen.contains(&code(7, 0)), "nothing was seen");
        seen.insert(&code(7, 1));
        seen.insert(&code(8, 1));
        assert!(seen.contains(&code(7, 1)) && seen.contains(&code(8, 1)));
        assert!(!seen.contains(&code(7, 2)) && !seen.contains(&code(9, 1)));
        seen.insert(&code(1024 + 7, 2));
        assert!(!seen.contains(&code(7, 1)) && seen.contains(&code(1024 + 7, 2)));
        assert_eq!(seen.bytes(), 4096);
        assert!(!seen.contains(b"short"));
    }
}
