//! Policies as their attributes would say them.

use std::fmt::{self, Write as _};

use crate::policy::rule::{Alternative, Expression, Literal, Rule, SchemeName};
use crate::policy::{ClaimPath, Hide, LimitBy, Presence, Requirement};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = match &*self.alternatives {
            [Alternative { scheme, own: Expression::Authenticated }] => scheme.to_string(),
            several => {
                format!("any({})", several.iter().map(Alternative::to_string).collect::<Vec<_>>().join(", "))
            }
        };
        match self.presence {
            Presence::Public => match &self.reason {
                Some(reason) => return write!(f, "public(reason = {reason:?})"),
                None => return f.write_str("public"),
            },
            Presence::Optional => write!(f, "optional({access})")?,
            Presence::Required => f.write_str(&access)?,
        }
        if self.common != Expression::Authenticated {
            write!(f, ", {}", self.common)?;
        }
        if let Some(realm) = &self.realm {
            write!(f, ", realm = {realm:?}")?;
        }
        match self.hide {
            Hide::Nothing => Ok(()),
            Hide::FromAuthenticated => f.write_str(", hide = \"from_authenticated\""),
            Hide::Everything => f.write_str(", hide"),
        }?;
        for (said, word) in [(self.shared_cache, "shared_cache"), (self.without_authorities, "without_authorities")] {
            if said {
                write!(f, ", {word}")?;
            }
        }
        match &self.limit {
            Some(limit) if limit.by() == LimitBy::Address => write!(f, ", limit(\"{limit}\", by = address)")?,
            Some(limit) => write!(f, ", limit = \"{limit}\"")?,
            None => {}
        }
        match &self.check_after {
            Some(check) => write!(f, ", check_after({})", CheckName(check)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.own {
            Expression::Authenticated => self.scheme.fmt(f),
            own => {
                write!(f, "{} && ", self.scheme)?;
                own.write(f, matches!(own, Expression::Any(_)))
            }
        }
    }
}

impl fmt::Display for SchemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.configuration {
            Some(name) => write!(f, "{}({name:?})", self.keyword),
            None => f.write_str(&self.keyword),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl Expression {
    /// `nested` says whether it stands inside another one.
    fn write(&self, f: &mut fmt::Formatter<'_>, nested: bool) -> fmt::Result {
        match self {
            Self::Authenticated => f.write_str("authenticated"),
            Self::Nobody => f.write_str("nobody"),
            Self::Scope(scope) => write!(f, "scope({scope:?})"),
            Self::Role(role) => write!(f, "role({role:?})"),
            Self::Claim(name, value) => {
                let name = ClaimPath(name);
                match value {
                    Literal::Text(value) => write!(f, "claim({name:?}, {value:?})"),
                    Literal::Integer(value) => write!(f, "claim({name:?}, {value})"),
                    Literal::Boolean(value) => write!(f, "claim({name:?}, {value})"),
                }
            }
            Self::Acr(class) => write!(f, "acr({class:?})"),
            Self::MaxAge(age) => write!(f, "max_age(\"{age}\")"),
            Self::Check(check) => write!(f, "check({})", CheckName(check)),
            Self::Not(inner) => {
                f.write_char('!')?;
                inner.write(f, true)
            }
            Self::All(all) => joined(f, all, " && ", nested),
            Self::Any(any) => joined(f, any, " || ", nested),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Expression], operator: &str, nested: bool) -> fmt::Result {
    if nested {
        f.write_char('(')?;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        part.write(f, true)?;
    }
    if nested { f.write_char(')') } else { Ok(()) }
}

/// The name of a check, in quotes where its values could be misread.
struct CheckName<'a>(&'a str);

impl fmt::Display for CheckName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_plain(self.0) {
            true => f.write_str(self.0),
            false => write!(f, "{:?}", self.0),
        }
    }
}

/// Whether nobody can mistake where it ends: parentheses are balanced, and there is no quote.
fn is_plain(name: &str) -> bool {
    let mut depth = 0_usize;
    let is_known = |c: char| c.is_ascii_alphanumeric() || "_:<>,.(){}[]&+- ".contains(c);
    let is_closed = name.chars().all(|c| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
        is_known(c)
    });
    is_closed && depth == 0 && !name.is_empty() && name.trim() == name
}

/// The condition as an attribute would say it.
pub(crate) fn condition(requirement: &Requirement) -> String {
    Expression::from(requirement).to_string()
}
