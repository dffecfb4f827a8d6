//! Roles and scopes that include others.

use crate::auth::{AuthBuilder, ConfigFault};
use crate::policy::Hierarchy;

impl AuthBuilder {
    /// Roles that include other roles, the highest first: `"admin > ops > viewer"`. May be called several times.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on a hierarchy of fewer than two roles, and on one that goes in a circle:
    ///
    /// ```
    /// let error = auth_runtime::Auth::builder().dangerous_allow_unconfigured()
    ///     .role_hierarchy("admin > ops > viewer")
    ///     .role_hierarchy("viewer > admin")
    ///     .build()
    ///     .unwrap_err();
    /// assert!(error.to_string().contains("role `viewer` cannot include `admin`"));
    /// ```
    pub fn role_hierarchy(mut self, order: &str) -> Self {
        let roles: Vec<&str> = order.split('>').map(str::trim).collect();
        if roles.len() < 2 || roles.iter().any(|role| role.is_empty()) {
            let fault =
                format!("role hierarchy `{order}` is incomplete; write at least two roles, as in `admin > viewer`");
            self.faults.push(ConfigFault::HierarchyInvalid { fault });
            return self;
        }
        for pair in roles.windows(2) {
            if let [higher, lower] = pair {
                imply(&mut self.hierarchies.roles, "role", higher, lower, &mut self.faults);
            }
        }
        self
    }

    /// Scopes that a scope includes: whoever was granted `scope` passes where one of `implied` is required. The scopes a
    /// challenge names stay those of the policy.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on implications that go in a circle.
    pub fn scope_implies<'a>(mut self, scope: &str, implied: impl IntoIterator<Item = &'a str>) -> Self {
        for implied in implied {
            imply(&mut self.hierarchies.scopes, "scope", scope, implied, &mut self.faults);
        }
        self
    }
}

fn imply(hierarchy: &mut Hierarchy, what: &str, higher: &str, lower: &str, faults: &mut Vec<ConfigFault>) {
    if let Err(cycle) = hierarchy.imply(higher, lower) {
        let fault = format!(
            "{what} `{}` cannot include `{}`, which already includes it; remove one of the two",
            cycle.higher, cycle.lower
        );
        faults.push(ConfigFault::HierarchyInvalid { fault });
    }
}
