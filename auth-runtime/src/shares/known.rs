//! Who was good within the last hour. It decides who comes first where many wait, and nothing else: whoever is known passes the
//! same checks as everybody.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Claimant, Share, Standing, keyed};
use crate::http::peer::AddressShare;
use crate::principal::{Forgetful, Forgotten, News};

/// For how long whoever was good is known.
pub(crate) const KNOWN_FOR: Duration = Duration::from_secs(3600);
/// Subjects that are known at once.
const SUBJECTS_MAX: usize = 16_384;
/// Addresses from which one subject is known.
const ADDRESSES_OF_ONE: usize = 8;
/// Subjects that are known from one address, or one network of IPv6.
const SUBJECTS_AT_ONE: usize = 4096;
/// Tokens or keys by which one owner is known.
const OWNED_BY_ONE: usize = 64;
/// How often those that are over are looked for.
const SWEPT_EVERY: Duration = Duration::from_secs(60);

/// What somebody presents: as whom, and from where. Only hashes are kept of it, under a key of this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presented {
    subject: u64,
    /// What it is compared with: where that is another than it was, nobody is known.
    state: u64,
    address: AddressShare,
    /// What tells it from others where the address does not.
    apart: u64,
    /// Whose it is.
    owner: u64,
    /// Whether it is known at other addresses too.
    anywhere: bool,
}

impl Presented {
    pub(crate) fn new(subject: impl Hash, state: impl Hash, address: AddressShare) -> Self {
        let subject = keyed(subject);
        Self { subject, state: keyed(state), address, apart: subject, owner: subject, anywhere: false }
    }

    /// The same by credentials of which the subject is only a part.
    #[cfg(feature = "jwks")]
    pub(crate) fn by(self, credentials: impl Hash) -> Self {
        Self { apart: keyed(credentials), ..self }
    }

    /// What nobody can guess, such as a token: whoever has it is known wherever it comes from.
    pub(crate) fn unguessable(secret: impl Hash, address: AddressShare) -> Self {
        Self { anywhere: true, ..Self::new(secret, (), address) }
    }

    /// The same, whose owner is known by now.
    pub(crate) fn owned_by(self, owner: impl Hash) -> Self {
        Self { owner: keyed(owner), ..self }
    }

    fn is_of(&self, success: &Success) -> bool {
        self.anywhere || success.address == self.address
    }
}

/// The subjects of one configuration that were good within the last hour.
#[derive(Default)]
pub(crate) struct KnownCallers(Mutex<Callers>);

debug_by_name!([] KnownCallers as "KnownCallers";);

#[derive(Default)]
struct Callers {
    subjects: HashMap<u64, Vec<Success>>,
    /// How many subjects are known from an address, or a network.
    addresses: HashMap<AddressShare, usize>,
    /// Whose tokens they are; some may be gone.
    owners: HashMap<u64, Vec<u64>>,
    swept: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Success {
    address: AddressShare,
    state: u64,
    owner: u64,
    at: Instant,
}

impl KnownCallers {
    /// Whose share whoever presents this is in: its own if it was good within the last hour, else that of its address.
    pub(crate) fn claimant(&self, presented: Presented, now: Instant) -> Claimant {
        let Presented { subject, address, apart, anywhere, .. } = presented;
        let callers = self.callers();
        let (share, standing) = match callers.subjects.is_empty() {
            false if callers.knows(presented, now) => {
                (Share::Credential(keyed((subject, (!anywhere).then_some(address)))), Standing::Known)
            }
            false => (Share::of(address, apart), Standing::StrangerBesideKnown),
            true => (Share::of(address, apart), Standing::Stranger),
        };
        Claimant { share, standing }
    }

    /// The mark of this subject if it was good within the last hour, wherever it was.
    pub(crate) fn mark(&self, subject: impl Hash, now: Instant) -> Option<u64> {
        let subject = keyed(subject);
        let callers = self.callers();
        let mut successes = callers.subjects.get(&subject)?.iter();
        successes.any(|success| now.saturating_duration_since(success.at) < KNOWN_FOR).then_some(subject)
    }

    /// Takes note of a success, the only thing by which anybody becomes known. Whether it is known now.
    pub(crate) fn insert(&self, presented: Presented, now: Instant) -> bool {
        let Presented { subject, state, address, owner, .. } = presented;
        let success = Success { address, state, owner, at: now };
        let mut callers = self.callers();
        let known = callers.subjects.get_mut(&subject);
        if let Some(known) = known.and_then(|known| known.iter_mut().find(|known| known.address == address)) {
            *known = success;
            return true;
        }
        callers.sweep(now);
        let is_known_elsewhere = presented.anywhere && callers.knows(presented, now);
        let is_new = !callers.subjects.contains_key(&subject);
        if owner != subject && is_new {
            callers.make_room_among_those_of(owner);
        }
        if callers.addresses.get(&address.whole_network()).is_some_and(|count| *count >= SUBJECTS_AT_ONE)
            || (is_new && callers.subjects.len() >= SUBJECTS_MAX)
        {
            return is_known_elsewhere;
        }
        let known = callers.subjects.entry(subject).or_default();
        let mut displaced = None;
        if known.len() >= ADDRESSES_OF_ONE {
            let oldest = known.iter().enumerate().min_by_key(|(_, success)| success.at).map(|(index, _)| index);
            displaced = oldest.map(|index| known.swap_remove(index).address);
        }
        known.push(success);
        if let Some(address) = displaced {
            callers.gone(address);
        }
        *callers.addresses.entry(address.whole_network()).or_default() += 1;
        if owner != subject && is_new {
            callers.owners.entry(owner).or_default().push(subject);
        }
        true
    }

    /// Nobody is known as this subject any more; its mark, if somebody was.
    pub(crate) fn forget(&self, subject: impl Hash) -> Option<u64> {
        let (subject, mut callers) = (keyed(subject), self.callers());
        let known = callers.subjects.remove(&subject)?;
        known.iter().for_each(|success| callers.gone(success.address));
        Some(subject)
    }

    /// Nobody is known any more by what these callers had.
    pub(crate) fn forget_owners(&self, whom: &Forgotten<'_>) {
        let Forgotten::Callers(owners) = whom else { return };
        let owners: HashSet<u64> = owners.iter().map(|who| keyed((who.issuer(), who.subject()))).collect();
        self.callers().retain(|success| !owners.contains(&success.owner));
    }

    /// Nobody is known any more.
    #[cfg(feature = "basic")]
    pub(crate) fn forget_all(&self) {
        *self.callers() = Callers::default();
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where it is not known who is meant, as when Redis is in trouble, all stay: whoever is known comes first and is judged alike.
impl Forgetful for KnownCallers {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.forget_owners(whom);
    }

    fn heed(&self, _: &Arc<[Arc<dyn News>]>) {}
}

impl Callers {
    fn knows(&self, presented: Presented, now: Instant) -> bool {
        let successes = self.subjects.get(&presented.subject).map_or(&[][..], Vec::as_slice);
        successes.iter().any(|known| {
            let is_recent = now.saturating_duration_since(known.at) < KNOWN_FOR;
            presented.is_of(known) && known.state == presented.state && is_recent
        })
    }

    fn gone(&mut self, address: AddressShare) {
        let network = address.whole_network();
        if let Some(count) = self.addresses.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&network);
            }
        }
    }

    /// One who has many tokens is known by those that were good last.
    fn make_room_among_those_of(&mut self, owner: u64) {
        let Some(owned) = self.owners.get_mut(&owner).filter(|owned| owned.len() >= OWNED_BY_ONE) else { return };
        let last_good = |subject: &u64| self.subjects.get(subject)?.iter().map(|success| success.at).max();
        let oldest = owned.iter().enumerate().min_by_key(|(_, subject)| last_good(subject)).map(|(index, _)| index);
        let oldest = oldest.and_then(|index| self.subjects.remove(&owned.swap_remove(index)));
        oldest.into_iter().flatten().for_each(|success| self.gone(success.address));
    }

    /// Drops those whose hour is over, now and then.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now.saturating_duration_since(swept) < SWEPT_EVERY) {
            return;
        }
        self.swept = Some(now);
        self.retain(|success| now.saturating_duration_since(success.at) < KNOWN_FOR);
    }

    fn retain(&mut self, counts: impl Fn(&Success) -> bool) {
        let mut gone = Vec::new();
        self.subjects.retain(|_, known| {
            gone.extend(known.extract_if(.., |success| !counts(success)).map(|success| success.address));
            !known.is_empty()
        });
        gone.into_iter().for_each(|address| self.gone(address));
        self.owners.retain(|_, owned| {
            owned.retain(|subject| self.subjects.contains_key(subject));
            !owned.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::PrincipalKey;

    const HOUR: Duration = Duration::from_secs(3600);

    fn host(number: u32) -> AddressShare {
        AddressShare::of(Some((std::net::Ipv4Addr::from_bits(number), 1).into()))
    }

    #[test]
    fn a_success_counts_for_an_hour_at_its_address_and_in_its_state() {
        let (known, now) = (KnownCallers::default(), Instant::now());
        known.insert(Presented::new("alice", "hash", host(1)), now);
        let find = |who, state, address, at| known.claimant(Presented::new(who, state, address), at).is_known();
        assert!(find("alice", "hash", host(1), now + HOUR - Duration::from_secs(1)));
        assert!(!find("alice", "hash", host(1), now + HOUR));
        assert!(!find("alice", "hash", host(2), now), "elsewhere");
        assert!(!find("alice", "other", host(1), now), "the password was changed");
        assert!(!find("bob", "hash", host(1), now));
        known.forget("alice");
        assert!(!find("alice", "hash", host(1), now));
        assert!(known.callers().addresses.is_empty());
    }

    #[test]
    fn what_is_unguessable_is_known_anywhere_until_its_owner_is_forgotten() {
        let (known, now) = (KnownCallers::default(), Instant::now());
        let token = |number: u32, from| Presented::unguessable(number, host(from));
        for number in 0..6 {
            known.insert(token(number, 1).owned_by(("here", &*(number % 2).to_string())), now);
        }
        let forget = |owner| known.forget_owners(&Forgotten::Callers(&[PrincipalKey::new("here", owner)].into()));
        let counts = || (0..6).filter(|number| known.claimant(token(*number, 2), now).is_known()).collect::<Vec<_>>();
        assert_eq!(counts(), [0, 1, 2, 3, 4, 5]);
        known.forget_owners(&Forgotten::Everybody);
        assert_eq!(counts(), [0, 1, 2, 3, 4, 5], "nobody is meant");
        forget("1");
        assert_eq!(counts(), [0, 2, 4]);
        forget("0");
        assert!(known.callers().addresses.is_empty());
    }

    #[test]
    fn each_subject_and_each_address_has_a_bound_and_the_whole_too() {
        let (known, now) = (KnownCallers::default(), Instant::now());
        for number in 0..100 {
            known.insert(Presented::new("alice", (), host(number)), now + Duration::from_secs(number.into()));
        }
        let later = now + Duration::from_secs(100);
        let places =
            (0..100).filter(|number| known.claimant(Presented::new("alice", (), host(*number)), later).is_known());
        assert!(places.eq(92..100), "the latest");
        for number in 0..100_000 {
            known.insert(Presented::new(number, (), host(number % 30)), later);
        }
        let callers = known.callers();
        assert_eq!(callers.subjects.len(), SUBJECTS_MAX);
        assert!(callers.addresses.values().all(|count| *count <= SUBJECTS_AT_ONE));
        assert_eq!(callers.addresses.values().sum::<usize>(), callers.subjects.values().map(Vec::len).sum::<usize>());
    }

    #[test]
    fn one_owner_of_many_tokens_and_one_network_leave_room_for_the_others() {
        let (known, now) = (KnownCallers::default(), Instant::now());
        let token = |number: u32| Presented::unguessable(number, host(number % 30));
        let mut at = now;
        for number in 0..10_000 {
            at += Duration::from_millis(1);
            assert!(known.insert(token(number).owned_by("mallory"), at));
            // One that is used all the time.
            assert!(known.insert(token(0).owned_by("mallory"), at));
        }
        let counts = (0..10_000).filter(|number| known.claimant(token(*number), at).is_known());
        assert!(counts.eq([0].into_iter().chain(10_000 - 63..10_000)), "those that were good last");
        known.forget(9_999_u32);
        assert!(known.insert(token(7).owned_by("alice"), now) && known.claimant(token(7), now).is_known());

        let customer = |number: u16| {
            let address = std::net::Ipv6Addr::new(0x2001, 0xdb8, 7, number, 0, 0, 0, 1);
            AddressShare::of(Some((address, 1).into()))
        };
        let inserted = (0..60_000).filter(|number| known.insert(Presented::new(*number, (), customer(*number)), now));
        assert_eq!(inserted.count(), SUBJECTS_AT_ONE);
        assert!(known.callers().subjects.len() < SUBJECTS_MAX / 2);
        known.callers().retain(|_| false);
        assert!(known.callers().addresses.is_empty() && known.callers().owners.is_empty());
    }

    #[test]
    fn those_whose_hour_is_over_make_room() {
        let (known, now) = (KnownCallers::default(), Instant::now());
        for number in 0..SUBJECTS_AT_ONE {
            known.insert(Presented::new(number, (), host(1)), now);
        }
        let one_more = Presented::new("one more", (), host(1));
        known.insert(one_more, now + HOUR / 2);
        assert!(!known.claimant(one_more, now + HOUR / 2).is_known());
        known.insert(one_more, now + HOUR);
        assert!(known.claimant(one_more, now + HOUR).is_known());
        assert_eq!(known.callers().subjects.len(), 1);
    }
}
