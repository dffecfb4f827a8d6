//! Keys that are known beforehand, by their digests.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::http::peer::AddressShare;
use crate::principal::{Principal, PrincipalBuilder};
use crate::scheme::api_key::NAME;
use crate::scheme::api_key::key::{Key, KeyDigest, KeyFault};

/// At how many addresses a key is known.
const GOOD_AT: usize = 8;

/// Keys by digest, each with its principal ready, so that a request allocates nothing.
#[derive(Debug)]
pub(super) struct Table {
    configuration: Option<Arc<str>>,
    keys: HashMap<KeyDigest, Known>,
    ids: HashSet<Box<str>>,
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) key: Key,
    pub(super) principal: Principal,
    good_at: [AtomicU64; GOOD_AT],
}

impl Known {
    /// It was good at this address. A request that comes from where others came from writes nothing.
    pub(super) fn was_good(&self, address: AddressShare) {
        let Some((bits, place)) = address.bits().and_then(|bits| Some((bits, self.place(bits)?))) else { return };
        if place.load(Ordering::Relaxed) != bits {
            place.store(bits, Ordering::Relaxed);
        }
    }

    /// Whether it was good at this address, and at none since that has taken its place.
    pub(super) fn is_known_at(&self, address: AddressShare) -> bool {
        address.bits().is_some_and(|bits| self.place(bits).is_some_and(|place| place.load(Ordering::Relaxed) == bits))
    }

    fn place(&self, bits: u64) -> Option<&AtomicU64> {
        self.good_at.get(usize::try_from(bits % GOOD_AT as u64).ok()?)
    }
}

impl Table {
    pub(super) fn new(configuration: Option<Arc<str>>) -> Self {
        Self { configuration, keys: HashMap::new(), ids: HashSet::new() }
    }

    pub(super) fn insert(&mut self, digest: KeyDigest, key: Key) -> Result<(), KeyFault> {
        key.check()?;
        if let Some(other) = self.keys.get(&digest) {
            let (id, other) = (key.id().escape_debug(), other.key.id().escape_debug());
            return Err(KeyFault::new(format!("the key of id `{id}` is that of id `{other}`; make each its own")));
        }
        if !self.ids.insert(key.id().into()) {
            let id = key.id().escape_debug();
            return Err(KeyFault::new(format!("id `{id}` is given twice; logs could not tell the two apart")));
        }
        let principal = builder(&key, self.configuration.clone(), Arc::new(key.clone())).build();
        self.keys.insert(digest, Known { key, principal, good_at: Default::default() });
        Ok(())
    }

    /// Looked up in ordinary time by the digest (see [`KeyDigest`]), compared in constant time.
    pub(super) fn find(&self, digest: &KeyDigest) -> Option<&Known> {
        self.keys.get(digest)
    }
}

/// The principal that a key stands for.
pub(super) fn builder(
    key: &Key,
    configuration: Option<Arc<str>>,
    details: Arc<dyn Any + Send + Sync>,
) -> PrincipalBuilder {
    key.describe(Principal::builder(NAME, key.id()).configuration(configuration)).shared_details(details)
}
