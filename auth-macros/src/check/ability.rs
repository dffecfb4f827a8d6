//! What the schemes of a policy can know about a caller.

use crate::diag::{Sink, written};
use crate::model::{Alternative, Atom, Requirement, RequirementKind, SchemeKind};

/// A kind of attribute.
#[derive(Clone, Copy)]
enum Attribute {
    Scope,
    Role,
    Claim,
}

impl Attribute {
    fn plural(self) -> &'static str {
        match self {
            Self::Scope => "scopes",
            Self::Role => "roles",
            Self::Claim => "claims",
        }
    }

    /// The schemes of this crate that know it, for a remedy.
    fn known_by(self) -> &'static str {
        match self {
            Self::Scope => "`bearer` or `api_key`",
            Self::Role => "`bearer`, `api_key`, `basic` or `digest`",
            Self::Claim => "`bearer`",
        }
    }

    fn of(atom: &Atom) -> Option<Self> {
        match atom {
            Atom::Scope(_) => Some(Self::Scope),
            Atom::Role(_) => Some(Self::Role),
            Atom::Claim(..) => Some(Self::Claim),
            Atom::Check(_) => None,
        }
    }
}

fn remedy(attribute: Attribute) -> String {
    format!("a scheme that carries {} is {}", attribute.plural(), attribute.known_by())
}

/// Whether principals of this scheme can say anything about the attribute. A user's own scheme is assumed to.
fn knows(scheme: &SchemeKind, attribute: Attribute) -> bool {
    match scheme {
        SchemeKind::Bearer | SchemeKind::Own(_) => true,
        SchemeKind::ApiKey => matches!(attribute, Attribute::Scope | Attribute::Role),
        SchemeKind::Basic | SchemeKind::Digest => matches!(attribute, Attribute::Role),
    }
}

/// Refuses conditions that no alternative can satisfy, and negations that some alternative can never know.
pub(crate) fn check_ability(requirement: &Requirement, alternatives: &[Alternative], sink: &Sink) {
    match &requirement.kind {
        RequirementKind::Authenticated => {}
        RequirementKind::All(parts) | RequirementKind::Any(parts) => {
            parts.iter().for_each(|part| check_ability(part, alternatives, sink));
        }
        RequirementKind::Atom(atom) => {
            let Some(attribute) = Attribute::of(atom) else { return };
            if !alternatives.is_empty() && !alternatives.iter().any(|each| knows(&each.kind, attribute)) {
                let mut schemes: Vec<String> =
                    alternatives.iter().map(|each| format!("`{}`", written(&each.tokens))).collect();
                schemes.dedup();
                let verb = if schemes.len() == 1 { "carries" } else { "carry" };
                let fault =
                    format!("{} {verb} no {}, so `{atom}` can never hold", schemes.join(" and "), attribute.plural());
                sink.report(&requirement.tokens, format!("{fault}; {}", remedy(attribute)));
            }
        }
        RequirementKind::Not(atom) => {
            let Some(attribute) = Attribute::of(atom) else { return };
            if let Some(blind) = alternatives.iter().find(|each| !knows(&each.kind, attribute)) {
                let (scheme, what) = (written(&blind.tokens), attribute.plural());
                let fault = format!(
                    "`{scheme}` carries no {what}, so `!{atom}` is never known to hold and refuses all its callers"
                );
                let remedy = if alternatives.len() == 1 {
                    remedy(attribute)
                } else {
                    format!("remove the condition, or `{scheme}`")
                };
                sink.report(&requirement.tokens, format!("{fault}; {remedy}"));
            }
        }
    }
}
