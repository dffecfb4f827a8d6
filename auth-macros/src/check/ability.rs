//! What the schemes of a policy can know about a caller.

use crate::diag::{Sink, written};
use crate::model::{Alternative, Atom, Requirement, RequirementKind, SchemeKind};

/// A kind of attribute that not every scheme carries.
#[derive(Clone, Copy)]
enum Attribute {
    Scope,
    Claim,
    /// How strongly, and when, the caller was authenticated.
    Authentication,
}

impl Attribute {
    fn plural(self) -> &'static str {
        match self {
            Self::Scope => "scopes",
            Self::Claim => "claims",
            Self::Authentication => "time or class of an authentication",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Scope => "remove `without_authorities`, so that the application can grant them",
            Self::Claim => "a scheme that carries claims is `bearer`",
            Self::Authentication => "`bearer`, `dpop` and `session` do",
        }
    }

    fn of(atom: &Atom) -> Option<Self> {
        match atom {
            Atom::Scope(_) => Some(Self::Scope),
            Atom::Claim(..) => Some(Self::Claim),
            Atom::Acr(_) | Atom::MaxAge(_) => Some(Self::Authentication),
            Atom::Role(_) | Atom::Check(_) => None,
        }
    }
}

/// Whether principals of this scheme can say anything about the attribute. A user's own scheme is assumed to. The application
/// can grant scopes to users with passwords, and to certificates; whether it does, `Auth::build` knows.
fn knows(scheme: &SchemeKind, attribute: Attribute, without_authorities: bool) -> bool {
    match (scheme, attribute) {
        (SchemeKind::Bearer | SchemeKind::Dpop | SchemeKind::Own(_), _) => true,
        (SchemeKind::ApiKey | SchemeKind::Session, Attribute::Scope) => true,
        (SchemeKind::Session, Attribute::Authentication) => true,
        (SchemeKind::Basic | SchemeKind::Digest | SchemeKind::ClientCertificate, Attribute::Scope) => {
            !without_authorities
        }
        (_, Attribute::Claim | Attribute::Authentication) => false,
    }
}

/// Refuses conditions that no alternative can satisfy, negations that some alternative can never know, and what is demanded of the
/// authentication of all callers where some alternative tells nothing of it.
pub(crate) fn check_ability(
    requirement: &Requirement,
    alternatives: &[Alternative],
    without_authorities: bool,
    sink: &Sink,
) {
    check_authentication(requirement, alternatives, sink);
    check_parts(requirement, alternatives, without_authorities, sink);
}

/// Callers of such an alternative would be asked for another authentication again and again.
fn check_authentication(requirement: &Requirement, alternatives: &[Alternative], sink: &Sink) {
    let knows = |each: &&Alternative| knows(&each.kind, Attribute::Authentication, true);
    let (Some(blind), Some(knowing)) = (alternatives.iter().find(|each| !knows(each)), alternatives.iter().find(knows))
    else {
        return;
    };
    for (part, atom) in demanded_of_authentication(requirement) {
        let (blind, knowing) = (written(&blind.tokens), written(&knowing.tokens));
        let fault =
            format!("`{blind}` carries no {}, so `{atom}` refuses all its callers", Attribute::Authentication.plural());
        let remedy = format!("demand it of the others alone, as in `any({blind}, {knowing} && {atom})`");
        sink.report(&part.tokens, format!("{fault}; {remedy}"));
    }
}

/// What is demanded of the authentication of every caller.
pub(crate) fn demanded_of_authentication(requirement: &Requirement) -> impl Iterator<Item = (&Requirement, &Atom)> {
    let parts = match &requirement.kind {
        RequirementKind::All(parts) => parts,
        _ => std::slice::from_ref(requirement),
    };
    parts.iter().filter_map(|part| match &part.kind {
        RequirementKind::Atom(atom @ (Atom::Acr(_) | Atom::MaxAge(_))) => Some((part, atom)),
        _ => None,
    })
}

fn check_parts(requirement: &Requirement, alternatives: &[Alternative], without_authorities: bool, sink: &Sink) {
    let knows = |each: &Alternative, attribute| knows(&each.kind, attribute, without_authorities);
    match &requirement.kind {
        RequirementKind::Authenticated => {}
        RequirementKind::All(parts) | RequirementKind::Any(parts) => {
            parts.iter().for_each(|part| check_parts(part, alternatives, without_authorities, sink));
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
