//! Policies in words, for the policy table.

use std::fmt::{self, Write as _};

use crate::policy::{ClaimValue, Hide, PolicySpec, Presence, Requirement};
use crate::policy::{Hierarchies, Hierarchy};

/// Said of a policy by which every program that holds a token of a user may do what the user may.
const ANY_TOKEN: &str = "  [authorities are loaded for any token: no scope is asked for]";

/// Who may call what: one line a route, sorted by pattern, for reviews and for diffs between releases.
///
/// Roles and scopes are followed by what else satisfies them through the hierarchy. A policy that names no scope, while
/// [authorities](crate::authorities) are loaded for the holders of tokens, is marked: every program that holds a token of a user
/// may then do what the user may.
pub struct PolicyTable<'a> {
    pub(crate) policies: Vec<&'static PolicySpec>,
    /// Those of them that any token opens, as far as scopes go, although the application gives its holder roles.
    pub(crate) open_to_any_token: Vec<&'static PolicySpec>,
    pub(crate) hierarchies: &'a Hierarchies,
}

impl fmt::Debug for PolicyTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyTable").field("policies", &self.policies).finish_non_exhaustive()
    }
}

impl fmt::Display for PolicyTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<[String; 3]> = Vec::new();
        for spec in &self.policies {
            let mut policy = Sentence { spec, hierarchies: self.hierarchies }.to_string();
            if self.open_to_any_token.iter().any(|open| std::ptr::eq(*open, *spec)) {
                policy.push_str(ANY_TOKEN);
            }
            let at = format!("{} ({}:{})", spec.handler, spec.file, spec.line);
            if spec.routes.is_empty() {
                lines.push(["(mounted by hand, or named)".into(), policy.clone(), at.clone()]);
            }
            for route in spec.routes {
                let methods = if route.methods.is_empty() { "any".into() } else { route.methods.join("|") };
                lines.push([format!("{} {methods}", route.path), policy.clone(), at.clone()]);
            }
        }
        lines.sort();
        let width =
            |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        for [route, policy, at] in &lines {
            writeln!(f, "{route:first$}  {policy:second$}  {at}")?;
        }
        Ok(())
    }
}

/// One policy as its attribute would say it.
struct Sentence<'a> {
    spec: &'static PolicySpec,
    hierarchies: &'a Hierarchies,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spec = self.spec;
        let mut schemes = Vec::new();
        for used in spec.schemes {
            let mut scheme = match used.configuration {
                Some(name) => format!("{}({name:?})", used.keyword),
                None => used.keyword.to_owned(),
            };
            if let Some(requirement) = &used.condition {
                let nested = matches!(requirement, Requirement::Any(_));
                write!(scheme, " && {}", Condition { requirement, hierarchies: self.hierarchies, nested })?;
            }
            schemes.push(scheme);
        }
        let access = match &*schemes {
            [one] if spec.schemes.iter().all(|used| used.condition.is_none()) => one.clone(),
            several => format!("any({})", several.join(", ")),
        };
        match spec.presence {
            Presence::Public => match spec.reason {
                Some(reason) => return write!(f, "public: {reason}"),
                None => return f.write_str("public"),
            },
            Presence::Optional => write!(f, "optional({access})")?,
            Presence::Required => f.write_str(&access)?,
        }
        if !matches!(spec.requirement, Requirement::Authenticated) {
            let hierarchies = self.hierarchies;
            write!(f, ", {}", Condition { requirement: &spec.requirement, hierarchies, nested: false })?;
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
            Some(check) => write!(f, ", check_after({check}), which reads the body first"),
            None => Ok(()),
        }
    }
}

/// A condition as an attribute would say it.
struct Condition<'a> {
    requirement: &'a Requirement,
    hierarchies: &'a Hierarchies,
    /// Whether it stands inside another one.
    nested: bool,
}

impl fmt::Display for Condition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.requirement {
            Requirement::Authenticated => f.write_str("authenticated"),
            Requirement::Scope(scope) => named(f, "scope", scope.as_str(), &self.hierarchies.scopes),
            Requirement::Role(role) => named(f, "role", role.as_str(), &self.hierarchies.roles),
            Requirement::Claim(name, ClaimValue::Str(value)) => write!(f, "claim({name:?}, {value:?})"),
            Requirement::Claim(name, ClaimValue::Int(value)) => write!(f, "claim({name:?}, {value})"),
            Requirement::Claim(name, ClaimValue::Bool(value)) => write!(f, "claim({name:?}, {value})"),
            Requirement::Check(check) => write!(f, "check({check})"),
            Requirement::Not(inner) => write!(f, "!{}", self.part(inner)),
            Requirement::All([]) | Requirement::Any([]) => f.write_str("nobody"),
            Requirement::All(all) => self.joined(f, all, " && "),
            Requirement::Any(any) => self.joined(f, any, " || "),
        }
    }
}

impl Condition<'_> {
    fn part<'a>(&'a self, requirement: &'a Requirement) -> Condition<'a> {
        Condition { requirement, hierarchies: self.hierarchies, nested: true }
    }

    fn joined(&self, f: &mut fmt::Formatter<'_>, parts: &[Requirement], operator: &str) -> fmt::Result {
        if self.nested {
            f.write_char('(')?;
        }
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(operator)?;
            }
            write!(f, "{}", self.part(part))?;
        }
        if self.nested { f.write_char(')') } else { Ok(()) }
    }
}

/// The condition as an attribute would say it.
pub(crate) fn condition(requirement: &Requirement) -> String {
    Condition { requirement, hierarchies: &Hierarchies::default(), nested: false }.to_string()
}

fn named(f: &mut fmt::Formatter<'_>, kind: &str, name: &str, hierarchy: &Hierarchy) -> fmt::Result {
    write!(f, "{kind}({name:?})")?;
    let holders: Vec<&str> = hierarchy.holders(name).collect();
    if holders.is_empty() { Ok(()) } else { write!(f, " [or {}]", holders.join(", ")) }
}
