//! Which proofs were used, so that none counts twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::principal::Principal;
use crate::time::UnixTime;

/// How many proofs are remembered by default.
pub(super) const REPLAYS: usize = 1 << 20;
/// Of these, one part in so many may be of one subject, and half as many of one key.
const SHARES: usize = 64;
/// So many that are out of time make room with each that comes.
const SWEPT: usize = 64;

/// A proof as it is remembered: part of a hash, of which nobody finds two that are equal.
pub(super) type ProofId = [u8; 16];

/// A good proof, as it is to be counted.
pub(super) struct GoodProof<'a> {
    pub(super) thumbprint: &'a str,
    pub(super) id: &'a str,
    pub(super) principal: &'a Principal,
    /// The last second in which it would be accepted.
    pub(super) until: UnixTime,
}

impl GoodProof<'_> {
    /// Of key and `jti`: the former has one length.
    pub(super) fn id(&self) -> ProofId {
        let hash = Sha256::new().chain_update(self.thumbprint).chain_update(self.id).finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }
}

/// What a good proof is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// It was not used before, and will not count again.
    First,
    Replayed,
    /// Whether it was used is not known any more.
    Forgotten,
    /// Its key, or its subject, has used as many as are remembered for one.
    ShareFull,
    /// No more can be remembered.
    Full,
}

/// How many proofs are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) all: usize,
    pub(super) of_subject: usize,
    pub(super) of_key: usize,
}

impl Bounds {
    pub(super) fn of(all: usize) -> Self {
        let of_subject = (all / SHARES).max(2);
        Self { all, of_subject, of_key: of_subject / 2 }
    }
}

/// The proofs of one configuration, in the memory of this process.
///
/// Only good proofs of good tokens come here. Each stays for as long as it would be accepted again, so that nothing is ever
/// thrown out for another: where there is no room, the newcomer is refused.
pub(super) struct Replays {
    bounds: Bounds,
    owners: RandomState,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    seen: HashSet<ProofId>,
    /// By the last second in which they are accepted.
    expiring: BTreeMap<UnixTime, Vec<(ProofId, Owners)>>,
    /// How many are of each key, and of each subject.
    held: HashMap<u64, usize>,
    /// The latest second whose proofs were forgotten. Where the clock is set back, they would be accepted again.
    forgotten: UnixTime,
}

/// Key and subject, hashed under a key of this process: where two are taken for one, they share.
type Owners = [u64; 2];

impl Replays {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, owners: RandomState::new(), memory: Mutex::default() }
    }

    pub(super) fn count(&self, proof: &GoodProof<'_>, now: UnixTime) -> Counted {
        let subject = self.owners.hash_one((proof.principal.issuer(), proof.principal.subject()));
        let (id, owners) = (proof.id(), [self.owners.hash_one(proof.thumbprint), subject]);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.sweep(now);
        memory.count(id, owners, proof.until, self.bounds)
    }
}

impl Memory {
    fn count(&mut self, id: ProofId, owners: Owners, until: UnixTime, bounds: Bounds) -> Counted {
        if self.seen.contains(&id) {
            return Counted::Replayed;
        }
        if until <= self.forgotten {
            return Counted::Forgotten;
        }
        let held = owners.map(|owner| self.held.get(&owner).copied().unwrap_or_default());
        if held.iter().zip([bounds.of_key, bounds.of_subject]).any(|(held, most)| *held >= most) {
            return Counted::ShareFull;
        }
        if self.seen.len() >= bounds.all {
            return Counted::Full;
        }
        self.seen.insert(id);
        self.expiring.entry(until).or_default().push((id, owners));
        for owner in owners {
            *self.held.entry(owner).or_default() += 1;
        }
        Counted::First
    }

    /// Forgets some of those that are out of time.
    fn sweep(&mut self, now: UnixTime) {
        for _ in 0..SWEPT {
            let Some(mut oldest) = self.expiring.first_entry().filter(|oldest| *oldest.key() < now) else { return };
            self.forgotten = self.forgotten.max(*oldest.key());
            let Some((id, owners)) = oldest.get_mut().pop() else {
                oldest.remove();
                continue;
            };
            self.seen.remove(&id);
            for owner in owners {
                if let Some(held) = self.held.get_mut(&owner) {
                    *held -= 1;
                    if *held == 0 {
                        self.held.remove(&owner);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(replays: &Replays, (key, subject, id): (&str, &str, &str), until: UnixTime, now: UnixTime) -> Counted {
        let principal = Principal::builder("dpop", subject).build();
        replays.count(&GoodProof { thumbprint: key, id, principal: &principal, until }, now)
    }

    fn is_empty(replays: &Replays) -> bool {
        let memory = replays.memory.lock().unwrap();
        memory.seen.is_empty() && memory.held.is_empty()
    }

    #[test]
    fn a_proof_counts_once_for_as_long_as_it_is_accepted() {
        let replays = Replays::new(Bounds::of(1000));
        assert_eq!(count(&replays, ("key", "alice", "1"), 160, 100), Counted::First);
        for now in [100, 159, 160] {
            assert_eq!(count(&replays, ("key", "alice", "1"), 160, now), Counted::Replayed);
        }
        assert_eq!(count(&replays, ("other", "alice", "1"), 160, 160), Counted::First, "of another key");
        assert_eq!(count(&replays, ("key", "alice", "2"), 160, 160), Counted::First);
    }

    #[test]
    fn what_was_forgotten_never_counts_again_whatever_the_clock_does() {
        let replays = Replays::new(Bounds::of(1000));
        assert_eq!(count(&replays, ("key", "alice", "1"), 160, 100), Counted::First);
        assert_eq!(count(&replays, ("key", "alice", "2"), 400, 300), Counted::First);
        assert_eq!(count(&replays, ("key", "alice", "1"), 160, 100), Counted::Forgotten, "the clock was set back");
        assert_eq!(count(&replays, ("key", "alice", "3"), 161, 101), Counted::First);
    }

    #[test]
    fn a_full_share_keeps_its_owner_out_and_nobody_else() {
        let bounds = Bounds { all: 7, of_subject: 4, of_key: 2 };
        let replays = Replays::new(bounds);
        for (key, id) in [("k1", "1"), ("k1", "2"), ("k2", "1"), ("k2", "2")] {
            assert_eq!(count(&replays, (key, "eve", id), 160, 100), Counted::First);
        }
        assert_eq!(count(&replays, ("k1", "eve", "3"), 160, 100), Counted::ShareFull, "of the key");
        assert_eq!(count(&replays, ("k3", "eve", "1"), 160, 100), Counted::ShareFull, "of the subject");
        assert_eq!(count(&replays, ("k1", "eve", "1"), 160, 100), Counted::Replayed);
        for id in ["1", "2"] {
            assert_eq!(count(&replays, ("a", "alice", id), 160, 100), Counted::First);
        }
        assert_eq!(count(&replays, ("b", "bob", "1"), 160, 100), Counted::First);
        assert_eq!(count(&replays, ("b", "bob", "2"), 160, 100), Counted::Full);
        assert_eq!(count(&replays, ("b", "bob", "2"), 221, 161), Counted::First, "all others are out of time");
        assert_eq!(count(&replays, ("k1", "eve", "3"), 221, 161), Counted::First);
    }

    proptest! {
        #[test]
        fn nothing_ever_counts_twice_and_nothing_is_kept_for_ever(
            steps in proptest::collection::vec((0..3_u8, 0..6_u8, 0..100_i64, -30..40_i64), 1..200)
        ) {
            let replays = Replays::new(Bounds { all: 40, of_subject: 20, of_key: 10 });
            let (mut now, mut accepted, mut latest) = (1000, HashSet::new(), 0);
            for (key, id, ahead, step) in steps {
                // The same proof has the same end.
                let until = 1000 + i64::from(id) * 40 + ahead % 2;
                let name = (key.to_string(), format!("{id} {until}"));
                now += step;
                latest = latest.max(until).max(now);
                if until < now {
                    continue;
                }
                if count(&replays, (&name.0, "alice", &name.1), until, now) == Counted::First {
                    prop_assert!(accepted.insert(name));
                }
            }
            let mut memory = replays.memory.lock().unwrap();
            for _ in 0..4 {
                memory.sweep(latest + 1);
            }
            drop(memory);
            prop_assert!(is_empty(&replays));
        }
    }
}
