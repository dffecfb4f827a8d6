//! Roles that include roles, scopes that include scopes.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::strength::AcrOrders;
use crate::principal::NamesIn;

/// The role hierarchy, the scope implications and the orders of `acr` of one `Auth`.
#[derive(Debug, Default)]
pub(crate) struct Hierarchies {
    pub(crate) roles: Hierarchy,
    pub(crate) scopes: Hierarchy,
    pub(crate) acr: AcrOrders,
}

/// A relation "holding this one is holding that one", closed over its own steps.
#[derive(Debug, Default)]
pub(crate) struct Hierarchy {
    /// For each name that something implies, all names that imply it.
    implied_by: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl Hierarchy {
    /// Adds `higher` implies `lower`, and what follows from it.
    ///
    /// # Errors
    /// When `lower` already implies `higher`, or both are the same.
    pub(crate) fn imply(&mut self, higher: &str, lower: &str) -> Result<(), Cycle> {
        if higher == lower || self.implies(lower, higher) {
            return Err(Cycle { higher: higher.into(), lower: lower.into() });
        }
        let mut above: BTreeSet<Box<str>> = self.implied_by.get(higher).cloned().unwrap_or_default();
        above.insert(higher.into());
        // Whatever `lower` implies is now implied by `higher` and by all above it.
        for (name, holders) in &mut self.implied_by {
            if holders.contains(lower) && &**name != higher {
                holders.extend(above.iter().cloned());
            }
        }
        self.implied_by.entry(lower.into()).or_default().extend(above);
        Ok(())
    }

    fn implies(&self, higher: &str, lower: &str) -> bool {
        self.implied_by.get(lower).is_some_and(|holders| holders.contains(higher))
    }

    /// Whether the names held include `wanted`, directly or by implication.
    pub(crate) fn grants(&self, held: NamesIn<'_>, wanted: &str) -> bool {
        held.contains(wanted)
            || self.implied_by.get(wanted).is_some_and(|holders| holders.iter().any(|holder| held.contains(holder)))
    }

    /// Every pair of a name and one that it implies.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.implied_by.iter().flat_map(|(lower, holders)| holders.iter().map(|higher| (&**higher, &**lower)))
    }

    /// Every name that implies `wanted`, for the policy table.
    pub(crate) fn holders(&self, wanted: &str) -> impl Iterator<Item = &str> {
        self.implied_by.get(wanted).into_iter().flatten().map(|holder| &**holder)
    }
}

/// An implication that would close a circle.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) higher: Box<str>,
    pub(crate) lower: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Names;

    fn grants(hierarchy: &Hierarchy, held: &str, wanted: &str) -> bool {
        hierarchy.grants(Names::from_iter([held]).within(""), wanted)
    }

    #[test]
    fn implication_is_transitive_in_whatever_order_it_is_said() {
        for order in [[("admin", "ops"), ("ops", "viewer")], [("ops", "viewer"), ("admin", "ops")]] {
            let mut hierarchy = Hierarchy::default();
            for (higher, lower) in order {
                hierarchy.imply(higher, lower).unwrap();
            }
            assert!(grants(&hierarchy, "admin", "viewer"));
            assert!(grants(&hierarchy, "ops", "viewer"));
            assert!(!grants(&hierarchy, "viewer", "ops"));
            assert!(!grants(&hierarchy, "ops", "admin"));
        }
    }

    #[test]
    fn a_circle_is_refused() {
        let mut hierarchy = Hierarchy::default();
        hierarchy.imply("a", "b").unwrap();
        hierarchy.imply("b", "c").unwrap();
        assert_eq!(hierarchy.imply("c", "a"), Err(Cycle { higher: "c".into(), lower: "a".into() }));
        assert!(hierarchy.imply("a", "a").is_err());
    }
}
