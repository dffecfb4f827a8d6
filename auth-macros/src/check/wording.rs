//! Requirements in messages, written as conditions whatever form they were given in.

use std::fmt::{Display, Formatter, Result};

use crate::diag::written;
use crate::model::{Atom, ClaimValue, MaxAge, PATH_SEPARATOR, Requirement, RequirementKind, Text};

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Literal(literal) => match &*literal.value().split(PATH_SEPARATOR).collect::<Vec<_>>() {
                [word] => write!(f, "{word:?}"),
                path => write!(f, "{path:?}"),
            },
            Self::Constant(path) | Self::Variant(path) => f.write_str(&written(path)),
        }
    }
}

impl Display for ClaimValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(literal) => write!(f, "{:?}", literal.value()),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Constant(path) | Self::Variant(path) => f.write_str(&written(path)),
        }
    }
}

impl Display for MaxAge {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let units = [("d", 86_400), ("h", 3600), ("m", 60)];
        let largest = units.into_iter().find(|(_, seconds)| self.seconds.is_multiple_of(*seconds));
        let (unit, seconds) = largest.unwrap_or(("s", 1));
        write!(f, "{}{unit}", self.seconds / seconds)
    }
}

/// Also the identity of an atom: two of the same text are the same condition.
impl Display for Atom {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Scope(scope) => write!(f, "scope({scope})"),
            Self::Role(role) => write!(f, "role({role})"),
            Self::Claim(name, value) => write!(f, "claim({name}, {value})"),
            Self::Acr(class) => write!(f, "acr({class})"),
            Self::MaxAge(age) => write!(f, "max_age(\"{age}\")"),
            Self::Check(path) => write!(f, "check({})", written(path)),
        }
    }
}

impl Display for Requirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let list = |f: &mut Formatter<'_>, parts: &[Self], operator: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {operator} ")?;
                }
                match part.kind {
                    RequirementKind::All(_) | RequirementKind::Any(_) => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match &self.kind {
            RequirementKind::Authenticated => f.write_str("authenticated"),
            RequirementKind::Atom(atom) => write!(f, "{atom}"),
            RequirementKind::Not(atom) => write!(f, "!{atom}"),
            RequirementKind::All(parts) => list(f, parts, "&&"),
            RequirementKind::Any(parts) => list(f, parts, "||"),
        }
    }
}
