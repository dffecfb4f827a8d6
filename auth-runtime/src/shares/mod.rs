//! What all callers share, divided among them: nobody takes what others need, and whoever was good before comes first.

mod known;
mod turns;

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

use crate::http::peer::AddressShare;

pub(crate) use self::known::{KnownCallers, Presented, Proof};
#[cfg(feature = "introspection")]
pub(crate) use self::turns::Turn;
pub(crate) use self::turns::Turns;

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

    /// The network of which one customer may have many shares: a /48.
    fn network(self) -> Option<u64> {
        match self {
            Self::Address(AddressShare::V6(upper)) => Some(upper >> 16),
            Self::Address(_) | Self::Credential(_) => None,
        }
    }
}

/// Who wants a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimant {
    share: Share,
    is_known: bool,
}

impl Claimant {
    /// Somebody of whom nothing is known.
    pub(crate) fn stranger(share: Share) -> Self {
        Self { share, is_known: false }
    }

    /// Somebody who presents what was good a while ago. It says nothing of whether it is good now.
    pub(crate) fn known(proof: Proof) -> Self {
        Self { share: Share::Credential(proof.0), is_known: true }
    }

    /// As whom it counts.
    #[cfg(feature = "introspection")]
    pub(crate) fn share(self) -> Share {
        self.share
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn is_known(self) -> bool {
        self.is_known
    }
}

/// Under a key of this process, so that nobody can choose two that are one.
fn keyed(what: impl Hash) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(what)
}
