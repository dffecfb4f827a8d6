//! What a condition says of a caller.

use std::fmt;

use crate::logic::{ClaimKind, Price};
use crate::policy::rule::Literal;
use crate::policy::{ClaimPath, MaxAge};
use crate::telemetry::foreign;

/// One thing that can be said of a caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Atom {
    pub(super) statement: Statement,
    /// Whether it is said of the caller as the credentials describe it, or as the application knows it.
    pub(super) by_credentials: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Statement {
    Scope(String),
    Role(String),
    Claim(String, Literal),
    Acr(String),
    MaxAge(MaxAge),
    Check(String),
    /// The application, when asked, knows the caller.
    Known,
}

impl Literal {
    pub(super) fn kind(&self) -> ClaimKind {
        match self {
            Self::Text(_) => ClaimKind::Text,
            Self::Integer(_) => ClaimKind::Integer,
            Self::Boolean(_) => ClaimKind::Boolean,
        }
    }
}

impl Statement {
    /// What it adds to the description of a caller.
    pub(super) fn price(&self) -> Price {
        match self {
            Self::Scope(_) | Self::Role(_) => Price::NAME,
            Self::Claim(..) | Self::Acr(_) | Self::MaxAge(_) => Price::CLAIM,
            Self::Check(_) | Self::Known => Price::CHECK,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => write!(f, "scope {}", Name(scope)),
            Self::Role(role) => write!(f, "role {}", Name(role)),
            Self::Claim(name, Literal::Text(value)) => write!(f, "claim {} = \"{}\"", Named(name), foreign(value)),
            Self::Claim(name, Literal::Integer(value)) => write!(f, "claim {} = {value}", Named(name)),
            Self::Claim(name, Literal::Boolean(value)) => write!(f, "claim {} = {value}", Named(name)),
            Self::Acr(class) => write!(f, "acr {}", Name(class)),
            Self::MaxAge(age) => write!(f, "authenticated at most {} ago", age.in_words()),
            Self::Check(check) => write!(f, "check({})", foreign(check)),
            Self::Known => f.write_str("the application"),
        }
    }
}

/// A name as it is, unless that could be misread.
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_alphanumeric() || "_-:./*@#+".contains(c);
        match !self.0.is_empty() && self.0.chars().all(plain) {
            true => f.write_str(self.0),
            false => write!(f, "\"{}\"", foreign(self.0)),
        }
    }
}

/// A claim by the names that lead to it.
struct Named<'a>(&'a str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = ClaimPath(self.0).names().map(|name| Name(name).to_string()).collect();
        f.write_str(&names.join("."))
    }
}
