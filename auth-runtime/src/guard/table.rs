//! The table of plans, which is what a request finds its policy in.

use std::any::TypeId;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::denial::Reason;
use crate::guard::Plan;

/// The plan of each linked policy, or why it has none.
#[derive(Default)]
pub(crate) struct Plans(HashMap<TypeId, Result<Arc<Plan>, Reason>, BuildHasherDefault<TypeIdHasher>>);

impl Plans {
    pub(crate) fn insert(&mut self, policy: TypeId, plan: Result<Arc<Plan>, Reason>) {
        self.0.insert(policy, plan);
    }

    /// The plan of the policy whose type is `policy`.
    pub(crate) fn plan(&self, policy: TypeId) -> Result<&Arc<Plan>, Reason> {
        match self.0.get(&policy) {
            Some(Ok(plan)) => Ok(plan),
            Some(Err(reason)) => Err(*reason),
            None => Err(Reason::PolicyUnlinked),
        }
    }

    /// Those that can be enforced.
    pub(crate) fn enforceable(&self) -> impl Iterator<Item = &Arc<Plan>> {
        self.0.values().filter_map(|plan| plan.as_ref().ok())
    }

    /// The same with other plans in the place of those that there are.
    #[cfg(feature = "testing")]
    pub(crate) fn map(&self, replace: impl Fn(TypeId, &Arc<Plan>) -> Arc<Plan>) -> Self {
        let replaced = self.0.iter().map(|(policy, plan)| {
            let plan = plan.as_ref().map(|plan| replace(*policy, plan)).map_err(|reason| *reason);
            (*policy, plan)
        });
        Self(replaced.collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Takes a `TypeId` for the hash that it already is: the lookup is on the path of every request.
#[derive(Default)]
struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 ^= hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
}
