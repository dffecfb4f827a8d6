//! An `Auth` whose policies say something else than the program's, for the machinery of tests.

use std::any::TypeId;
use std::sync::Arc;

use crate::auth::{Auth, Configuration, MountedTable};
use crate::policy::PolicySpec;

impl Auth {
    /// The same schemes and settings under other policies. `rewrite` is asked about each that can be enforced, by the type that
    /// stands for it, and says what it becomes; `None` leaves it as it is. What applications of this one mount is not in the table
    /// of the other.
    ///
    /// # Panics
    /// Without `debug_assertions`: such an `Auth` must not come to be in a program that is deployed.
    #[allow(clippy::panic, reason = "a deployed program must not have it")]
    pub(crate) fn rewritten(&self, rewrite: impl Fn(TypeId, &'static PolicySpec) -> Option<PolicySpec>) -> Self {
        if !cfg!(debug_assertions) {
            panic!("policies are changed in builds with `debug_assertions` only; run this test without `--release`");
        }
        let of = &*self.0;
        let plans = of.plans.map(|policy, plan| match rewrite(policy, plan.spec) {
            Some(spec) => Arc::new(plan.rewritten(Box::leak(Box::new(spec)))),
            None => Arc::clone(plan),
        });
        Self(Arc::new(Configuration {
            plans,
            schemes: of.schemes.clone(),
            configured: of.configured.clone(),
            allows_unconfigured: of.allows_unconfigured,
            memories: of.memories.clone(),
            settings: Arc::clone(&of.settings),
            published: of.published.clone(),
            #[cfg(feature = "outgoing")]
            outgoing: of.outgoing.clone(),
            realm: of.realm.clone(),
            #[cfg(feature = "session")]
            sessions: of.sessions.clone(),
            mounted: MountedTable::default(),
        }))
    }
}
