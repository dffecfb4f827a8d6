//! What all callers share, divided among them: nobody takes what others need, and whoever was good before comes first.

mod bucket;
mod known;
mod lookups;
mod turns;

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

use crate::http::peer::AddressShare;
use crate::principal::Principal;

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) use self::bucket::Bucket;
pub(crate) use self::bucket::Rate;
#[cfg(feature = "redis")]
pub(crate) use self::known::KNOWN_FOR;
pub(crate) use self::known::{KnownCallers, Presented};
pub(crate) use self::lookups::{FLIGHTS, Lookups};
pub(crate) use self::turns::{Turn, Turns};

/// What counts as one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    Address(AddressShare),
    /// An account or a credential, as a hash under a key of this process.
    Credential(u64),
}

impl Share {
    /// The share of whoever is at this address and presents this: where the address is that of everybody, what is presented
    /// tells callers apart.
    pub(crate) fn of(address: AddressShare, presented: impl Hash) -> Self {
        match address {
            AddressShare::UnlistedProxy | AddressShare::Unknown => Self::Credential(keyed(presented)),
            address => Self::Address(address),
        }
    }

    /// All that come from there, whatever they present, as one; of IPv6 a /48, of which one customer may have the whole.
    #[cfg(feature = "introspection")]
    pub(crate) fn of_all_at(address: AddressShare) -> Self {
        Self::Address(address.whole_network())
    }

    /// The network of which one customer may have many shares: a /48.
    fn network(self) -> Option<u64> {
        match self {
            Self::Address(address) => address.network(),
            Self::Credential(_) => None,
        }
    }
}

/// Who wants a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimant {
    share: Share,
    standing: Standing,
}

/// What is known of a claimant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Nothing, as of everybody.
    Stranger,
    /// Nothing, and something of others.
    StrangerBesideKnown,
    /// It presents what was good a while ago. That says nothing of whether it is good now.
    Known,
}

impl Claimant {
    /// As whom it counts.
    #[cfg(any(feature = "introspection", feature = "jwks"))]
    pub(crate) fn share(self) -> Share {
        self.share
    }

    pub(crate) fn is_known(self) -> bool {
        self.standing == Standing::Known
    }

    /// Whether it leaves what is kept for callers that are known: there are some.
    #[cfg(any(feature = "introspection", feature = "jwks"))]
    pub(crate) fn leaves_reserve(self) -> bool {
        self.standing == Standing::StrangerBesideKnown
    }
}

#[cfg(feature = "login")]
impl Claimant {
    /// Somebody of whom nobody can know anything, at this address.
    pub(crate) fn anybody_at(address: AddressShare, presented: impl Hash) -> Self {
        Self { share: Share::of(address, presented), standing: Standing::Stranger }
    }
}

#[cfg(test)]
impl Claimant {
    pub(crate) fn stranger(share: Share) -> Self {
        Self { share, standing: Standing::StrangerBesideKnown }
    }

    pub(crate) fn known(share: Share) -> Self {
        Self { share, standing: Standing::Known }
    }
}

/// Stands for this caller in this process, whatever it presents.
pub(crate) fn mark(caller: &Principal) -> u64 {
    let who = caller.key();
    keyed((who.issuer(), who.subject()))
}

/// Under a key of this process, so that nobody can choose two that are one.
pub(crate) fn keyed(what: impl Hash) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(what)
}
