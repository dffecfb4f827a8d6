//! Judging a requirement for one caller.
//!
//! Leaves are three-valued: what the principal does not know is unknown, and `!unknown` is unknown. `Not` stands over
//! leaves only, so above them *unknown* and *false* have the same effect, and the connectives are plain monotone logic
//! over three outcomes: holds, does not hold, waits for a check.

use serde_json::{Number, Value};

use crate::denial::Reason;
use crate::policy::requirement::{add_canonical_scopes, demands_scope};
use crate::policy::{Check, ClaimValue, PolicySpec, Requirement, SchemeUse};
use crate::policy::{Hierarchies, Hierarchy};
use crate::principal::{ClaimedIn, Principal};

/// Outcome of a requirement as far as the checks already run allow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The caller may pass.
    Holds,
    /// The caller may not, whatever the remaining checks say.
    Fails,
    /// This check decides next.
    Needs(&'static Check),
}

/// Results of the checks already run, by the check's place in the policy.
pub(crate) struct CheckResults(Vec<(&'static Check, bool)>);

impl CheckResults {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn record(&mut self, check: &'static Check, held: bool) {
        self.0.push((check, held));
    }

    /// The first check that said no.
    pub(crate) fn first_refusal(&self) -> Option<&'static Check> {
        self.0.iter().find(|(_, held)| !held).map(|&(check, _)| check)
    }

    fn result(&self, check: &'static Check) -> Option<bool> {
        self.0.iter().find(|(run, _)| std::ptr::eq(*run, check)).map(|&(_, held)| held)
    }
}

/// What a policy demands of a caller that one of its alternatives has verified: that alternative's own condition, then the
/// one of all.
#[derive(Clone, Copy)]
pub(crate) struct Demand {
    own: Option<&'static Requirement>,
    common: &'static Requirement,
}

impl Demand {
    pub(crate) fn new(policy: &'static PolicySpec, alternative: &'static SchemeUse) -> Self {
        Self { own: alternative.condition.as_ref(), common: &policy.requirement }
    }

    #[cfg(test)]
    pub(crate) fn of(own: Option<&'static Requirement>, common: &'static Requirement) -> Self {
        Self { own, common }
    }

    pub(crate) fn parts(self) -> impl Iterator<Item = &'static Requirement> {
        self.own.into_iter().chain([self.common])
    }

    /// Evaluates cheap conditions everywhere before asking for the first check that still matters.
    pub(crate) fn evaluate(self, principal: &Principal, hierarchies: &Hierarchies, checks: &CheckResults) -> Step {
        all(self.parts(), principal, hierarchies, checks)
    }

    /// The canonical scopes of both, in written order.
    pub(crate) fn canonical_scopes(self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        self.parts().for_each(|part| add_canonical_scopes(part, &mut scopes));
        scopes
    }

    /// Whether a scope is asked for on every way to be let in.
    pub(crate) fn is_of_a_scope(self) -> bool {
        self.parts().any(demands_scope)
    }

    /// Why a demand that failed did: a missing canonical scope first, because a caller can do something about it, else the
    /// leftmost condition that does not hold.
    pub(crate) fn first_failure(
        self,
        canonical: &[&'static str],
        principal: &Principal,
        hierarchies: &Hierarchies,
        checks: &CheckResults,
    ) -> Reason {
        let granted = |scope: &&'static str| {
            principal.scope_set().is_some_and(|held| hierarchies.scopes.grants(held.granted, scope))
        };
        if !canonical.iter().all(granted) {
            return Reason::ScopeMissing;
        }
        leftmost_of_all(self.parts(), principal, hierarchies, checks)
    }
}

/// What was found of one condition without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    Holds,
    Fails,
    /// What the credentials do not tell.
    Unknown,
    /// A check that the decision did not need.
    NotRun,
}

impl Finding {
    pub(crate) fn of(
        leaf: &'static Requirement,
        principal: &Principal,
        hierarchies: &Hierarchies,
        checks: &CheckResults,
    ) -> Self {
        let known = match leaf {
            Requirement::Check(check) => match checks.result(check) {
                None => return Self::NotRun,
                held => held,
            },
            leaf => known(leaf, principal, hierarchies),
        };
        match known {
            Some(true) => Self::Holds,
            Some(false) => Self::Fails,
            None => Self::Unknown,
        }
    }
}

/// All of them, of which there is at least one.
fn all(
    parts: impl Iterator<Item = &'static Requirement>,
    principal: &Principal,
    hierarchies: &Hierarchies,
    checks: &CheckResults,
) -> Step {
    let mut outcome = Step::Holds;
    for each in parts {
        match evaluate(each, principal, hierarchies, checks) {
            Step::Fails => return Step::Fails,
            needs @ Step::Needs(_) if matches!(outcome, Step::Holds) => outcome = needs,
            Step::Holds | Step::Needs(_) => {}
        }
    }
    outcome
}

fn evaluate(
    requirement: &'static Requirement,
    principal: &Principal,
    hierarchies: &Hierarchies,
    checks: &CheckResults,
) -> Step {
    match requirement {
        Requirement::Check(check) => match checks.result(check) {
            None => Step::Needs(check),
            Some(true) => Step::Holds,
            Some(false) => Step::Fails,
        },
        Requirement::All([]) => Step::Fails,
        Requirement::All(parts) => all(parts.iter(), principal, hierarchies, checks),
        Requirement::Any(any) => {
            let mut outcome = Step::Fails;
            for each in *any {
                match evaluate(each, principal, hierarchies, checks) {
                    Step::Holds => return Step::Holds,
                    needs @ Step::Needs(_) if matches!(outcome, Step::Fails) => outcome = needs,
                    Step::Fails | Step::Needs(_) => {}
                }
            }
            outcome
        }
        leaf => match known(leaf, principal, hierarchies) {
            Some(true) => Step::Holds,
            Some(false) | None => Step::Fails,
        },
    }
}

/// The truth of a leaf, or of the negation of one; `None` is unknown.
fn known(leaf: &Requirement, principal: &Principal, hierarchies: &Hierarchies) -> Option<bool> {
    match leaf {
        Requirement::Authenticated => Some(true),
        Requirement::Scope(scope) => holds(&hierarchies.scopes, principal.scope_set()?, scope.as_str()),
        Requirement::Role(role) => holds(&hierarchies.roles, principal.role_set()?, role.as_str()),
        Requirement::Claim(name, wanted) => claim_is(principal.claims()?.get(name.as_str())?, *wanted),
        Requirement::Not(inner) => known(inner, principal, hierarchies).map(|truth| !truth),
        // The macro puts `Not` over leaves only; a value built by hand that does otherwise is never known to hold.
        Requirement::Check(_) | Requirement::All(_) | Requirement::Any(_) => None,
    }
}

/// Whether a name is held. One that the credentials claim and their issuer may not grant is unknown: it admits nobody,
/// and its absence admits nobody either. So is every name where more may be held than is told.
fn holds(hierarchy: &Hierarchy, claimed: ClaimedIn<'_>, wanted: &str) -> Option<bool> {
    if hierarchy.grants(claimed.granted, wanted) {
        Some(true)
    } else if claimed.is_open || hierarchy.grants(claimed.disputed, wanted) {
        None
    } else {
        Some(false)
    }
}

/// Compares a claim: unknown when its JSON type is not the wanted one.
fn claim_is(claim: &Value, wanted: ClaimValue) -> Option<bool> {
    match (claim, wanted) {
        (Value::Array(elements), _) => {
            let mut all_known = true;
            for element in elements {
                match (!element.is_array()).then(|| claim_is(element, wanted)).flatten() {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => all_known = false,
                }
            }
            all_known.then_some(false)
        }
        (Value::String(claim), ClaimValue::Str(wanted)) => Some(claim == wanted.as_str()),
        (Value::Bool(claim), ClaimValue::Bool(wanted)) => Some(*claim == wanted),
        (Value::Number(claim), ClaimValue::Int(wanted)) => Some(number_is(claim, wanted)),
        _ => None,
    }
}

/// Compares by value: `1.0` is 1, as JSON has one kind of number.
fn number_is(claim: &Number, wanted: i64) -> bool {
    match (claim.as_i64(), claim.as_f64()) {
        (Some(claim), _) => claim == wanted,
        // Beyond 2^53 a fraction is lost and an integer not exact: no claim like that equals anything.
        (None, Some(claim)) => claim.fract() == 0.0 && claim.abs() < 9_007_199_254_740_992.0 && claim as i64 == wanted,
        (None, None) => false,
    }
}

fn leftmost_of_all(
    mut parts: impl Iterator<Item = &'static Requirement>,
    principal: &Principal,
    hierarchies: &Hierarchies,
    checks: &CheckResults,
) -> Reason {
    parts
        .find(|each| !matches!(evaluate(each, principal, hierarchies, checks), Step::Holds))
        .map_or(Reason::CheckFailed, |each| leftmost_failure(each, principal, hierarchies, checks))
}

fn leftmost_failure(
    requirement: &'static Requirement,
    principal: &Principal,
    hierarchies: &Hierarchies,
    checks: &CheckResults,
) -> Reason {
    match requirement {
        Requirement::All(all) => leftmost_of_all(all.iter(), principal, hierarchies, checks),
        Requirement::Any(any) => {
            any.first().map_or(Reason::CheckFailed, |each| leftmost_failure(each, principal, hierarchies, checks))
        }
        Requirement::Not(inner) => leftmost_failure(inner, principal, hierarchies, checks),
        // Not `ScopeMissing`: the challenge would name scopes that the caller has.
        Requirement::Scope(_) => Reason::ScopeUnfit,
        Requirement::Role(_) => Reason::RoleMissing,
        Requirement::Claim(..) => Reason::ClaimMismatch,
        Requirement::Check(_) | Requirement::Authenticated => Reason::CheckFailed,
    }
}
