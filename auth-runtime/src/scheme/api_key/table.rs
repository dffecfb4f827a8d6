//! Keys that are known beforehand, by their digests.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::principal::{Principal, PrincipalBuilder};
use crate::scheme::api_key::NAME;
use crate::scheme::api_key::key::{Key, KeyDigest, KeyFault};

/// Keys by digest, each with its principal ready, so that a request allocates nothing.
#[derive(Debug)]
pub(super) struct Table {
    configuration: Option<Arc<str>>,
    keys: HashMap<KeyDigest, Known>,
    ids: HashSet<Box<str>>,
}

/// A key of a table.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) key: Key,
    pub(super) principal: Principal,
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
        self.keys.insert(digest, Known { key, principal });
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
