//! Verified tokens, remembered so that a signature is paid for once.
//!
//! What is remembered is that this very text was signed by a key of this generation, and the principal it makes. Whether
//! the token is in its time is judged anew on each hit, by whoever recalls it; conditions and checks of a policy never
//! come from here. Only verified tokens enter, so a flood of bad ones can neither fill nor empty the memory.
//!
//! To verify a MAC costs about what it costs to remember the token, so such a token enters when it comes again: many that
//! come once cost what they would without a memory, and take no room.

use std::fmt;
use std::hash::{Hash, Hasher, RandomState};
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, OptionsBuilder, Weighter};

use crate::crypto::KeyKind;
use crate::jwt::claims::Times;
use crate::jwt::seen::SeenOnce;
use crate::principal::Principal;
use crate::revocation::Revocable;

/// What an entry costs beyond the texts in it, in bytes: the principal, the places of its names, allocations and the cache's
/// own book-keeping. As the growth of a process was measured (see the benchmarks), and rounded up.
const ENTRY_BYTES: usize = 1536;
/// How often what a principal holds is counted: once for itself, once for the types that handlers read it as.
const HELD_FACTOR: usize = 2;
/// What a usual entry weighs.
const TYPICAL_BYTES: usize = 3072;
/// How many tokens are known to have come once, for each that is remembered.
const SEEN_FACTOR: usize = 4;
/// For how many entries there is room beforehand, at most.
const RESERVED_MAX: usize = 1 << 16;
/// How much of a token's end is hashed: the last bytes of its signature, which nobody chooses without the key.
const HASHED: usize = 32;

/// The verified tokens of one configuration, bounded by their weight in bytes.
pub(crate) struct Memory(Option<Tokens>);

struct Tokens {
    known: Cache<Known, Remembered, Weight, RandomState>,
    /// Those whose signature is a MAC and that came once.
    seen: SeenOnce,
}

/// A verified token.
#[derive(Clone)]
pub(crate) struct Remembered {
    pub(crate) principal: Principal,
    pub(crate) times: Times,
    /// By what it can be revoked, where the configuration consults revocations.
    pub(crate) revocable: Option<Arc<Revocable>>,
    /// The generation of keys that verified it.
    pub(crate) generation: u64,
}

impl Memory {
    /// A memory of at most so many bytes; none for zero.
    pub(crate) fn new(bytes: usize) -> Self {
        let entries = bytes / TYPICAL_BYTES;
        let seen = SeenOnce::of(entries.saturating_mul(SEEN_FACTOR));
        let options = OptionsBuilder::new()
            .estimated_items_capacity(entries)
            .weight_capacity(u64::try_from(bytes.saturating_sub(seen.bytes())).unwrap_or(u64::MAX))
            // Few shards: a heavy token must fit into one.
            .shards(16)
            .build()
            .ok()
            .filter(|_| bytes > 0);
        Self(options.map(|options| {
            let known = Cache::with_options(options, Weight, RandomState::new(), DefaultLifecycle::default());
            // Room for the table, of which the system gives what is used: one that grows is copied again and again.
            known.reserve(entries.min(RESERVED_MAX));
            Tokens { known, seen }
        }))
    }

    /// What is known of this very token.
    pub(crate) fn recall(&self, token: &[u8]) -> Option<Remembered> {
        self.0.as_ref()?.known.get(&Borrowed(token))
    }

    /// Whether a verified token with this signature is to be remembered.
    pub(crate) fn wants(&self, kind: KeyKind, signature: &[u8]) -> bool {
        self.0.is_some() && (kind != KeyKind::Secret || self.expects(signature))
    }

    /// Remembers a verified token, which its principal keeps, if there is room for its like.
    pub(crate) fn remember(&self, verified: Remembered) {
        if let Some(tokens) = &self.0 {
            tokens.known.insert(Known(verified.principal.clone()), verified);
        }
    }

    /// Whether a token with this signature was verified, and is not remembered yet.
    pub(crate) fn expects(&self, signature: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|tokens| tokens.seen.contains(signature))
    }

    /// Takes note of a verified token that is to be remembered when it comes again.
    pub(crate) fn expect(&self, signature: &[u8]) {
        if let Some(tokens) = &self.0 {
            tokens.seen.insert(signature);
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memory").field(&self.0.as_ref().map(|tokens| tokens.known.len())).finish()
    }
}

/// A token as a key, in the principal that it made: hashed by its end under a key of this process, compared whole.
struct Known(Principal);

/// A token that may be known.
struct Borrowed<'a>(&'a [u8]);

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Borrowed(self.0.token()).hash(state);
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.0.token() == other.0.token()
    }
}

impl Eq for Known {}

impl Hash for Borrowed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0.last_chunk::<HASHED>().map_or(self.0, <[u8; HASHED]>::as_slice));
    }
}

impl Equivalent<Known> for Borrowed<'_> {
    fn equivalent(&self, known: &Known) -> bool {
        *self.0 == *known.0.token()
    }
}

/// What an entry weighs in bytes: an estimate on the high side.
#[derive(Clone)]
struct Weight;

impl Weighter<Known, Remembered> for Weight {
    fn weight(&self, Known(principal): &Known, verified: &Remembered) -> u64 {
        let held = verified.principal.bytes().saturating_mul(HELD_FACTOR);
        let bytes = ENTRY_BYTES.saturating_add(principal.token().len()).saturating_add(held);
        let bytes = bytes.saturating_add(verified.principal.growth());
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}
