//! Policies as their attributes would say them.

use std::fmt::{self, Write as _};

use crate::policy::{ClaimValue, Hide, PolicySpec, Presence, Requirement};

/// One policy as its attribute would say it.
pub(crate) struct Written<'a>(pub(crate) &'a PolicySpec);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spec = self.0;
        let mut schemes = Vec::new();
        for used in spec.schemes {
            let mut scheme = match used.configuration {
                Some(name) => format!("{}({name:?})", used.keyword),
                None => used.keyword.to_owned(),
            };
            if let Some(requirement) = &used.condition {
                let nested = matches!(requirement, Requirement::Any(_));
                write!(scheme, " && {}", Condition { requirement, nested })?;
            }
            schemes.push(scheme);
        }
        let access = match &*schemes {
            [one] if spec.schemes.iter().all(|used| used.condition.is_none()) => one.clone(),
            several => format!("any({})", several.join(", ")),
        };
        match spec.presence {
            Presence::Public => match spec.reason {
                Some(reason) => return write!(f, "public(reason = {reason:?})"),
                None => return f.write_str("public"),
            },
            Presence::Optional => write!(f, "optional({access})")?,
            Presence::Required => f.write_str(&access)?,
        }
        if !matches!(spec.requirement, Requirement::Authenticated) {
            write!(f, ", {}", Condition { requirement: &spec.requirement, nested: false })?;
        }
        if let Some(realm) = spec.realm {
            write!(f, ", realm = {realm:?}")?;
        }
        match spec.hide {
            Hide::Nothing => Ok(()),
            Hide::FromAuthenticated => f.write_str(", hide = \"from_authenticated\""),
            Hide::Everything => f.write_str(", hide"),
        }?;
        for (said, word) in [(spec.shared_cache, "shared_cache"), (spec.without_authorities, "without_authorities")] {
            if said {
                write!(f, ", {word}")?;
            }
        }
        match spec.check_after {
            Some(check) => write!(f, ", check_after({check})"),
            None => Ok(()),
        }
    }
}

/// A condition as an attribute would say it.
struct Condition<'a> {
    requirement: &'a Requirement,
    /// Whether it stands inside another one.
    nested: bool,
}

impl fmt::Display for Condition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.requirement {
            Requirement::Authenticated => f.write_str("authenticated"),
            Requirement::Scope(scope) => write!(f, "scope({scope:?})"),
            Requirement::Role(role) => write!(f, "role({role:?})"),
            Requirement::Claim(name, ClaimValue::Str(value)) => write!(f, "claim({name:?}, {value:?})"),
            Requirement::Claim(name, ClaimValue::Int(value)) => write!(f, "claim({name:?}, {value})"),
            Requirement::Claim(name, ClaimValue::Bool(value)) => write!(f, "claim({name:?}, {value})"),
            Requirement::Check(check) => write!(f, "check({check})"),
            Requirement::Not(inner) => write!(f, "!{}", Condition { requirement: inner, nested: true }),
            Requirement::All([]) | Requirement::Any([]) => f.write_str("nobody"),
            Requirement::All(all) => self.joined(f, all, " && "),
            Requirement::Any(any) => self.joined(f, any, " || "),
        }
    }
}

impl Condition<'_> {
    fn joined(&self, f: &mut fmt::Formatter<'_>, parts: &[Requirement], operator: &str) -> fmt::Result {
        if self.nested {
            f.write_char('(')?;
        }
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(operator)?;
            }
            write!(f, "{}", Condition { requirement: part, nested: true })?;
        }
        if self.nested { f.write_char(')') } else { Ok(()) }
    }
}

/// The condition as an attribute would say it.
pub(crate) fn condition(requirement: &Requirement) -> String {
    Condition { requirement, nested: false }.to_string()
}
