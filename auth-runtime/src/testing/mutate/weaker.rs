//! Policies that are weaker by one edit.

use crate::policy::{PolicySpec, Presence, Requirement, SchemeUse};

/// The policy, each time weaker by one edit: a condition of an `&&` dropped, an `&&` made an `||`, or open to everyone.
pub(super) fn weaker(spec: &'static PolicySpec) -> Vec<PolicySpec> {
    if spec.presence != Presence::Required {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    for (place, used) in spec.schemes.iter().enumerate() {
        let Some(own) = used.condition() else { continue };
        let replaced = |own: Requirement| {
            of_alternatives(spec, |index, other| match index == place {
                true => Some(own),
                false => other.condition().copied(),
            })
        };
        mutants.extend(edits(own).into_iter().map(replaced));
        if !matches!(spec.requirement, Requirement::Authenticated) {
            // What joins the condition of this alternative to that of all.
            let common = spec.requirement;
            let joined = of_alternatives(spec, |index, other| {
                let both = |own: Requirement| -> &'static [Requirement] { Vec::leak(vec![own, common]) };
                Some(match other.condition() {
                    Some(own) if index == place => Requirement::Any(both(*own)),
                    Some(own) => Requirement::All(both(*own)),
                    None => common,
                })
            });
            mutants.push(joined.demanding(Requirement::Authenticated));
        }
    }
    mutants.extend(edits(&spec.requirement).into_iter().map(|common| spec.demanding(common)));
    let open = of_alternatives(spec, |_, used| used.condition().map(|_| Requirement::Authenticated));
    // Who sends credentials is known to the handler as before, so that what takes an identity finds one.
    mutants.push(PolicySpec { presence: Presence::Optional, ..open.demanding(Requirement::Authenticated) });
    mutants
}

/// The policy with other conditions of single alternatives.
fn of_alternatives(spec: &PolicySpec, own: impl Fn(usize, &'static SchemeUse) -> Option<Requirement>) -> PolicySpec {
    let schemes = spec.schemes.iter().enumerate().map(|(index, used)| match own(index, used) {
        Some(own) => used.on_condition(own),
        None => *used,
    });
    PolicySpec { schemes: Vec::leak(schemes.collect()), ..*spec }
}

/// The condition, each time weaker by one edit.
fn edits(requirement: &'static Requirement) -> Vec<Requirement> {
    match requirement {
        Requirement::Authenticated => Vec::new(),
        Requirement::All(all) => {
            let mut edited = Vec::new();
            for (place, part) in all.iter().enumerate() {
                edited.extend(edits(part).into_iter().map(|part| Requirement::All(with(all, place, part))));
            }
            if all.len() > 1 {
                edited.push(Requirement::Any(all));
            }
            edited
        }
        Requirement::Any(any) => {
            let mut edited = vec![Requirement::Authenticated];
            for (place, part) in any.iter().enumerate() {
                // A whole branch less would be stricter, and one that always holds leaves nothing of the others.
                let inner = match part {
                    Requirement::All(_) => edits(part),
                    _ => Vec::new(),
                };
                edited.extend(inner.into_iter().map(|part| Requirement::Any(with(any, place, part))));
            }
            edited
        }
        Requirement::Scope(_)
        | Requirement::Role(_)
        | Requirement::Claim(..)
        | Requirement::Acr(_)
        | Requirement::MaxAge(_)
        | Requirement::Check(_)
        | Requirement::Not(_) => vec![Requirement::Authenticated],
    }
}

/// The parts with another one at this place; one that always holds is left out.
fn with(parts: &[Requirement], place: usize, part: Requirement) -> &'static [Requirement] {
    let parts = parts.iter().enumerate().map(|(index, old)| if index == place { part } else { *old });
    let parts: Vec<Requirement> = parts.filter(|part| !matches!(part, Requirement::Authenticated)).collect();
    if parts.is_empty() { &[Requirement::Authenticated] } else { Vec::leak(parts) }
}
