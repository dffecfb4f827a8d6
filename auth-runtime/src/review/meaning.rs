//! Whom a policy admits, under what an `Auth` configures.

use crate::auth::Auth;
use crate::guard::plan::Alternative;
use crate::policy::PolicySpec;
use crate::policy::meaning::Meaning;

impl Auth {
    /// Whom a policy admits, with the hierarchies of this `Auth`: to compare it with others, and to name who just passes.
    pub fn meaning_of(&self, policy: &PolicySpec) -> Meaning {
        let is_same =
            |spec: &PolicySpec| spec.line == policy.line && spec.handler == policy.handler && spec.file == policy.file;
        let plan = self.0.plans.enforceable().find(|plan| is_same(plan.spec));
        let loads = |place| plan.is_none_or(|plan| plan.alternatives().get(place).is_none_or(Alternative::loads));
        Meaning::new(policy, &self.0.settings.hierarchies, loads)
    }
}
