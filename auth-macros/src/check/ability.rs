//! What the schemes of a policy can know about a caller.

use crate::diag::{Sink, written};
use crate::model::{Alternative, Atom, Requirement, RequirementKind, SchemeKind};

/// A kind of attribute that not every scheme carries.
#[derive(Clone, Copy)]
enum Attribute {
    Scope,
    Claim,
}

impl Attribute {
    fn plural(self) -> &'static str {
        match self {
            Self::Scope => "scopes",
            Self::Claim => "claims",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Scope => "remove `without_authorities`, so that the application can grant them",
            Self::Claim => "a scheme that carries claims is `bearer`",
        }
    }

    fn of(atom: &Atom) -> Option<Self> {
        match atom {
            Atom::Scope(_) => Some(Self::Scope),
            Atom::Claim(..) => Some(Self::Claim),
            Atom::Role(_) | Atom::Check(_) => None,
        }
    }
}

/// Whether principals of this scheme can say anything about the attribute. A user's own scheme is assumed to. The application
/// can grant scopes to users with passwords; whether it does, `Auth::build` knows.
fn knows(scheme: &SchemeKind, attribute: Attribute, without_authorities: bool) -> bool {
    match (scheme, attribute) {
        (SchemeKind::Bearer | SchemeKind::Own(_), _) => true,
        (SchemeKind::ApiKey | SchemeKind::Session, Attribute::Scope) => true,
        (SchemeKind::Basic | SchemeKind::Digest, Attribute::Scope) => !without_authorities,
        (_, Attribute::Claim) => false,
    }
}

/// Refuses conditions that no alternative can satisfy, and negations that some alternative can never know.
pub(crate) fn check_ability(
    requirement: &Requirement,
    alternatives: &[Alternative],
    without_authorities: bool,
    sink: &Sink,
) {
    let knows = |each: &Alternative, attribute| knows(&each.kind, attribute, without_authorities);
    match &requirement.kind {
        RequirementKind::Authenticated => {}
        RequirementKind::All(parts) | RequirementKind::Any(parts) => {
            parts.iter().for_each(|part| check_ability(part, alternatives, without_authorities, sink));
        }
        RequirementKind::Atom(atom) => {
            let Some(attribute) = Attribute::of(atom) else { return };
            if !alternatives.is_empty() && !alternatives.iter().any(|each| knows(each, attribute)) {
                let mut schemes: Vec<String> =
                    alternatives.iter().map(|each| format!("`{}`", written(&each.tokens))).collect();
                schemes.dedup();
                let verb = if schemes.len() == 1 { "carries" } else { "carry" };
                let fault =
                    format!("{} {verb} no {}, so `{atom}` can never hold", schemes.join(" and "), attribute.plural());
                sink.report(&requirement.tokens, format!("{fault}; {}", attribute.remedy()));
            }
        }
        RequirementKind::Not(atom) => {
            let Some(attribute) = Attribute::of(atom) else { return };
            if let Some(blind) = alternatives.iter().find(|each| !knows(each, attribute)) {
                let (scheme, what) = (written(&blind.tokens), attribute.plural());
                let fault = format!(
                    "`{scheme}` carries no {what}, so `!{atom}` is never known to hold and refuses all its callers"
                );
                let remedy = if alternatives.len() == 1 {
                    attribute.remedy().to_owned()
                } else {
                    format!("remove the condition, or `{scheme}`")
                };
                sink.report(&requirement.tokens, format!("{fault}; {remedy}"));
            }
        }
    }
}
