//! Whom a policy admits, apart from how it is written: comparing policies, and naming those who just pass or just fail.
//!
//! It speaks of the one credential that decides. A policy with one more alternative is therefore not merely wider: a caller who
//! sends that credential beside another is judged by it.

mod atom;
mod caller;
mod claim;
mod compare;
mod condition;
mod draw;
mod minimal;
#[cfg(test)]
pub(crate) mod tests;

use crate::policy::{Conveyed, Hierarchies, PolicySpec, Presence, Rule, SchemeName};
use atom::{Atom, Statement};
pub use caller::Caller;
use caller::Sent;
pub use compare::Counterexample;
use condition::Condition;
pub use draw::TooComplex;
pub use minimal::{MinimalCallers, MinimalFailures};

/// Whom a policy admits, under the role hierarchy and the scope implications of one `Auth`.
///
/// Compares policies exactly, whatever way they are written, and names the simplest callers by whom they differ. Scopes, roles and
/// claims have three values as in a decision: what a credential does not tell is unknown, and admits nobody. A check is known by the
/// name of its function and the values it is given; what its body does is not seen.
///
/// ```standalone_crate
/// use auth_runtime::{Auth, policy};
/// use auth_runtime::policy::Policy;
/// use auth_runtime::testing::TestIssuer;
///
/// policy! {
///     AdminArea: bearer, role("admin"), scope("orders");
///     StaffArea: bearer, role("staff");
/// }
///
/// # fn main() {
/// let auth = Auth::builder().bearer(TestIssuer::new().jwt()).role_hierarchy("admin > staff").build().unwrap();
/// let (admins, staff) = (auth.meaning_of(&AdminArea::SPEC), auth.meaning_of(&StaffArea::SPEC));
/// assert!(admins.implies(&staff).is_ok());
///
/// let newcomer = staff.implies(&admins).unwrap_err();
/// assert_eq!(newcomer.to_string(), "a bearer token with role staff and no scope");
///
/// let least: Vec<_> = admins.minimal_callers().unwrap().map(|caller| caller.to_string()).collect();
/// assert_eq!(least, ["a bearer token with scope orders and role admin"]);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Meaning {
    presence: Presence,
    alternatives: Vec<Alternative>,
    /// What is demanded of callers by every alternative.
    common: Condition,
    /// Whether callers are taken as their credentials describe them.
    by_credentials: bool,
}

/// An acceptable scheme.
#[derive(Clone, Debug)]
struct Alternative {
    scheme: SchemeName,
    own: Condition,
    conveyed: Conveyed,
}

impl Meaning {
    /// `loads` says of each alternative whether the application is asked what it knows of the caller.
    pub(crate) fn new(spec: &PolicySpec, hierarchies: &Hierarchies, loads: impl Fn(usize) -> bool) -> Self {
        Self::of_rule(&spec.into(), hierarchies, loads)
    }

    /// As [`new`](Self::new), of a policy that may have been read from text.
    pub(crate) fn of_rule(rule: &Rule, hierarchies: &Hierarchies, loads: impl Fn(usize) -> bool) -> Self {
        let loads = |place| !rule.without_authorities && loads(place);
        let by_credentials = !(0..rule.alternatives.len()).any(loads);
        let reading = condition::Reading { hierarchies, by_credentials };
        let mut common = reading.condition(&rule.common);
        if let Some(check) = &rule.check_after {
            common = Condition::All(vec![common, reading.check(check)]);
        }
        let alternatives = rule.alternatives.iter().enumerate().map(|(place, by)| Alternative {
            scheme: by.scheme.clone(),
            own: reading.condition(&by.own),
            conveyed: Conveyed::by(&by.scheme.keyword).and_loaded(loads(place)),
        });
        Self { presence: rule.presence, alternatives: alternatives.collect(), common, by_credentials }
    }

    /// What is demanded of a caller who sends this; `None` where it lets nobody in.
    fn demanded(&self, sent: &Sent) -> Option<Demanded<'_>> {
        let of = |scheme: &SchemeName| self.alternatives.iter().find(|known| known.scheme == *scheme);
        let nothing = Some(Demanded { conditions: Vec::new(), conveyed: Conveyed::ALL, asks: false });
        match (self.presence, sent) {
            (Presence::Public, _) | (Presence::Optional, Sent::Nothing) => nothing,
            (Presence::Required, Sent::Nothing) => None,
            (presence, Sent::Valid(scheme) | Sent::Invalid(scheme)) => match (of(scheme), sent) {
                (Some(by), Sent::Valid(_)) => Some(Demanded {
                    conditions: vec![&by.own, &self.common],
                    conveyed: by.conveyed,
                    asks: !self.by_credentials,
                }),
                // Nobody looks at it.
                (None, _) if presence == Presence::Optional => nothing,
                _ => None,
            },
        }
    }

    /// What a caller may send, as far as this policy tells it apart.
    fn sendings(&self) -> impl Iterator<Item = Sent> {
        let valid = self.alternatives.iter().map(|by| Sent::Valid(by.scheme.clone()));
        let invalid = self.alternatives.iter().map(|by| Sent::Invalid(by.scheme.clone()));
        valid.chain([Sent::Nothing]).chain(invalid)
    }
}

/// What is demanded of those who send one thing.
struct Demanded<'a> {
    /// All of these.
    conditions: Vec<&'a Condition>,
    conveyed: Conveyed,
    /// Whether the application, too, must know the caller.
    asks: bool,
}
