//! Judging a requirement for one caller.
//!
//! Leaves are three-valued: what the principal does not know is unknown, and `!unknown` is unknown. `Not` stands over
//! leaves only, so above them *unknown* and *false* have the same effect, and the connectives are plain monotone logic
//! over three outcomes: holds, does not hold, waits for a check.

use serde_json::{Number, Value};

use crate::denial::Reason;
use crate::policy::requirement::{add_canonical_scopes, demands_scope};
use crate::policy::strength::{StepUp, is_recent, is_strong};
use crate::policy::{Check, ClaimPath, ClaimValue, Hierarchies, Hierarchy, PolicySpec, Requirement, SchemeUse};
use crate::principal::{ClaimedIn, Principal};
use crate::time::Clock;

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

/// By what callers are judged, beside their policy.
#[derive(Clone, Copy)]
pub(crate) struct Standard<'a> {
    hierarchies: &'a Hierarchies,
    clock: &'a dyn Clock,
    /// Whether callers are taken for authenticated as is demanded.
    takes_as_strong: bool,
}

impl<'a> Standard<'a> {
    pub(crate) fn new(hierarchies: &'a Hierarchies, clock: &'a dyn Clock) -> Self {
        Self { hierarchies, clock, takes_as_strong: false }
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
    pub(crate) fn evaluate(self, principal: &Principal, standard: Standard<'_>, checks: &CheckResults) -> Step {
        all(self.parts(), principal, standard, checks)
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

    /// Why a demand that failed did: what a caller can do something about comes first. That is a stronger or more recent
    /// authentication, unless something else would still be in the way, then a missing canonical scope; else it is the leftmost
    /// condition that does not hold.
    pub(crate) fn first_failure(
        self,
        canonical: &[&'static str],
        principal: &Principal,
        standard: Standard<'_>,
        checks: &CheckResults,
    ) -> Reason {
        let granted = |scope: &&'static str| {
            principal.scope_set().is_some_and(|held| standard.hierarchies.scopes.grants(held.granted, scope))
        };
        let lacks_scope = !canonical.iter().all(granted);
        // Who is as strong as it is asked for is asked no further, for that would never end.
        let asked = || StepUp::demanded(self.parts(), &standard.hierarchies.acr);
        let is_as_asked = || asked().is_met(principal, &standard.hierarchies.acr, standard.clock);
        if self.parts().any(|part| is_too_weak(part, principal, standard, checks)) && !is_as_asked() {
            if standard.clock.now().is_err() {
                return Reason::ClockUnreadable;
            }
            if lacks_scope {
                return Reason::AuthenticationAndScopeTooWeak;
            }
            let strong = Standard { takes_as_strong: true, ..standard };
            return match self.evaluate(principal, strong, checks) {
                Step::Fails => leftmost_of_all(self.parts(), principal, strong, checks),
                Step::Holds | Step::Needs(_) => Reason::AuthenticationTooWeak,
            };
        }
        if lacks_scope {
            return Reason::ScopeMissing;
        }
        match leftmost_of_all(self.parts(), principal, standard, checks) {
            Reason::AuthenticationTooWeak if is_as_asked() => Reason::ClaimMismatch,
            reason => reason,
        }
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
        standard: Standard<'_>,
        checks: &CheckResults,
    ) -> Self {
        let known = match leaf {
            Requirement::Check(check) => match checks.result(check) {
                None => return Self::NotRun,
                held => held,
            },
            leaf => known(leaf, principal, standard),
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
    standard: Standard<'_>,
    checks: &CheckResults,
) -> Step {
    let mut outcome = Step::Holds;
    for each in parts {
        match evaluate(each, principal, standard, checks) {
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
    standard: Standard<'_>,
    checks: &CheckResults,
) -> Step {
    match requirement {
        Requirement::Check(check) => match checks.result(check) {
            None => Step::Needs(check),
            Some(true) => Step::Holds,
            Some(false) => Step::Fails,
        },
        Requirement::All([]) => Step::Fails,
        Requirement::All(parts) => all(parts.iter(), principal, standard, checks),
        Requirement::Any(any) => {
            let mut outcome = Step::Fails;
            for each in *any {
                match evaluate(each, principal, standard, checks) {
                    Step::Holds => return Step::Holds,
                    needs @ Step::Needs(_) if matches!(outcome, Step::Fails) => outcome = needs,
                    Step::Fails | Step::Needs(_) => {}
                }
            }
            outcome
        }
        leaf => match known(leaf, principal, standard) {
            Some(true) => Step::Holds,
            Some(false) | None => Step::Fails,
        },
    }
}

/// The truth of a leaf, or of the negation of one; `None` is unknown.
fn known(leaf: &Requirement, principal: &Principal, standard: Standard<'_>) -> Option<bool> {
    match leaf {
        Requirement::Authenticated => Some(true),
        Requirement::Scope(scope) => holds(&standard.hierarchies.scopes, principal.scope_set()?, scope.as_str()),
        Requirement::Role(role) => holds(&standard.hierarchies.roles, principal.role_set()?, role.as_str()),
        Requirement::Claim(name, wanted) => {
            let mut names = ClaimPath(name.as_str()).names();
            claim_at(principal.claims()?.get(names.next()?)?, names, *wanted)
        }
        Requirement::Acr(_) | Requirement::MaxAge(_) if standard.takes_as_strong => Some(true),
        Requirement::Acr(wanted) => is_strong(principal, wanted.as_str(), &standard.hierarchies.acr),
        Requirement::MaxAge(wanted) => is_recent(principal, *wanted, standard.clock),
        // The macro puts `Not` over leaves only, and not over those; a value built by hand that does otherwise is never known to
        // hold.
        Requirement::Not(Requirement::Acr(_) | Requirement::MaxAge(_)) => None,
        Requirement::Not(inner) => known(inner, principal, standard).map(|truth| !truth),
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

/// Follows a path into objects. An array on the way stands for each of its elements, as one at the end does.
fn claim_at<'a, N: Iterator<Item = &'a str> + Clone>(claim: &Value, names: N, wanted: ClaimValue) -> Option<bool> {
    let mut inner = names.clone();
    match (inner.next(), claim) {
        (None, claim) => claim_is(claim, wanted),
        (Some(name), Value::Object(members)) => claim_at(members.get(name)?, inner, wanted),
        (Some(_), Value::Array(elements)) => any_is(elements, |element| claim_at(element, names.clone(), wanted)),
        (Some(_), _) => None,
    }
}

/// Whether one of them is; unknown where none is known to be, and not all are known not to be.
fn any_is(elements: &[Value], is: impl Fn(&Value) -> Option<bool>) -> Option<bool> {
    let mut all_known = true;
    for element in elements {
        match (!element.is_array()).then(|| is(element)).flatten() {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}

/// Compares a claim: unknown when its JSON type is not the wanted one.
fn claim_is(claim: &Value, wanted: ClaimValue) -> Option<bool> {
    match (claim, wanted) {
        (Value::Array(elements), _) => any_is(elements, |element| claim_is(element, wanted)),
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

/// Whether the caller was not authenticated as a challenge asks for: as the leftmost branch of every `||` demands, unless another
/// one lets it in, or may.
fn is_too_weak(
    requirement: &'static Requirement,
    principal: &Principal,
    standard: Standard<'_>,
    checks: &CheckResults,
) -> bool {
    match requirement {
        Requirement::Acr(_) | Requirement::MaxAge(_) => known(requirement, principal, standard) != Some(true),
        Requirement::All(all) => all.iter().any(|each| is_too_weak(each, principal, standard, checks)),
        Requirement::Any(any) => {
            matches!(evaluate(requirement, principal, standard, checks), Step::Fails)
                && any.first().is_some_and(|each| is_too_weak(each, principal, standard, checks))
        }
        _ => false,
    }
}

fn leftmost_of_all(
    mut parts: impl Iterator<Item = &'static Requirement>,
    principal: &Principal,
    standard: Standard<'_>,
    checks: &CheckResults,
) -> Reason {
    parts
        .find(|each| !matches!(evaluate(each, principal, standard, checks), Step::Holds))
        .map_or(Reason::CheckFailed, |each| leftmost_failure(each, principal, standard, checks))
}

fn leftmost_failure(
    requirement: &'static Requirement,
    principal: &Principal,
    standard: Standard<'_>,
    checks: &CheckResults,
) -> Reason {
    match requirement {
        Requirement::All(all) => leftmost_of_all(all.iter(), principal, standard, checks),
        Requirement::Any(any) => {
            any.first().map_or(Reason::CheckFailed, |each| leftmost_failure(each, principal, standard, checks))
        }
        Requirement::Not(inner) => leftmost_failure(inner, principal, standard, checks),
        // Not `ScopeMissing`: the challenge would name scopes that the caller has.
        Requirement::Scope(_) => Reason::ScopeUnfit,
        Requirement::Role(_) => Reason::RoleMissing,
        Requirement::Claim(..) => Reason::ClaimMismatch,
        Requirement::Acr(_) | Requirement::MaxAge(_) => Reason::AuthenticationTooWeak,
        Requirement::Check(_) | Requirement::Authenticated => Reason::CheckFailed,
    }
}
