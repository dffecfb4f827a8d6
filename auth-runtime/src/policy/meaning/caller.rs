//! Callers in words.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::atom::Name;
use super::claim::claim;
use super::draw::Atoms;
use super::{Atom, SchemeName, Statement};
use crate::logic::Value;
use crate::policy::{ClaimPath, MaxAge, built_in};

/// What a caller sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Nothing,
    /// Credentials that decide and are good.
    Valid(SchemeName),
    /// Credentials that decide and are refused by their scheme.
    Invalid(SchemeName),
}

/// Somebody who calls, as far as it matters.
///
/// It displays in words: `a bearer token with role viewer and no scope`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub(super) sent: Sent,
    pub(super) said: Vec<(Atom, Value)>,
    mentions_scopes: bool,
    mentions_roles: bool,
    /// How long ago the caller was authenticated, in seconds, where that matters and is known.
    authenticated_ago: Option<u32>,
    /// Claims whose other values matter too, and nothing is said of them.
    open_claims: Vec<String>,
}

impl Caller {
    /// Somebody of whom so much is said, by the places of atoms.
    pub(super) fn new(sent: Sent, atoms: &Atoms, said: Vec<(u16, Value)>) -> Self {
        let is_said = |place: usize| said.iter().any(|(atom, _)| usize::from(*atom) == place);
        let open = atoms.0.iter().enumerate().filter(|(place, _)| !is_said(*place));
        let open_claims = open.filter_map(|(_, atom)| match &atom.statement {
            Statement::Claim(name, _) => Some(name.clone()),
            _ => None,
        });
        let open_claims = open_claims.collect();
        let authenticated_ago = authenticated_ago(atoms, &said);
        let said = said.into_iter().filter_map(|(atom, value)| Some((atoms.0.get(usize::from(atom))?.clone(), value)));
        let mentions = |is: fn(&Statement) -> bool| atoms.0.iter().any(|atom| is(&atom.statement));
        let [mentions_scopes, mentions_roles] = [is_scope, is_role].map(mentions);
        Self { sent, said: said.collect(), mentions_scopes, mentions_roles, authenticated_ago, open_claims }
    }

    /// The scheme of the credentials that decide: its keyword, or the type of one of the application's own; `None` for somebody who
    /// sends none.
    pub fn scheme(&self) -> Option<&str> {
        self.scheme_name().map(|name| &*name.keyword)
    }

    /// The scheme's named configuration.
    pub fn configuration(&self) -> Option<&str> {
        self.scheme_name()?.configuration.as_deref()
    }

    /// Whether the credentials are good. They are not where the scheme refuses them, or there are none.
    pub fn is_authenticated(&self) -> bool {
        matches!(self.sent, Sent::Valid(_))
    }

    /// The scopes that the caller was granted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.held().filter_map(|statement| match statement {
            Statement::Scope(scope) => Some(&**scope),
            _ => None,
        })
    }

    /// The roles that the caller has.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.held().filter_map(|statement| match statement {
            Statement::Role(role) => Some(&**role),
            _ => None,
        })
    }

    /// How long ago the caller was authenticated, in seconds, for it to be just so much as is said; `None` where nothing is to be
    /// known of it.
    pub fn authenticated_ago(&self) -> Option<u32> {
        self.authenticated_ago
    }

    /// The class of the caller's authentication; one that is none of those demanded, where it must be another. `None` where nothing is
    /// to be known of it.
    pub fn acr(&self) -> Option<String> {
        let classes = |wanted: Value| {
            self.of(wanted).filter_map(|statement| match statement {
                Statement::Acr(class) => Some(class),
                _ => None,
            })
        };
        classes(Value::Held)
            .next()
            .cloned()
            .or_else(|| classes(Value::Absent).next().map(|class| format!("not-{class}")))
    }

    /// The claims of a token by which so much can be said of the caller, and no more.
    ///
    /// ```standalone_crate
    /// use auth_runtime::policy::Policy;
    /// use auth_runtime::testing::TestIssuer;
    /// use auth_runtime::{Auth, policy};
    ///
    /// policy! { Beta: bearer, claim("beta", true) && !claim("plan", "free") }
    ///
    /// # fn main() {
    /// let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
    /// let caller = auth.meaning_of(&Beta::SPEC).minimal_callers().unwrap().next().unwrap();
    /// let claims = serde_json::Value::Object(caller.claims());
    /// assert_eq!(claims, serde_json::json!({ "beta": true, "plan": "not free" }));
    /// # }
    /// ```
    pub fn claims(&self) -> Map<String, Json> {
        let mut claims = Map::new();
        for (atom, _) in &self.said {
            let Statement::Claim(name, _) = &atom.statement else { continue };
            let said = self.said.iter().filter_map(|(atom, value)| match &atom.statement {
                Statement::Claim(other, literal) if other == name => Some((literal, *value)),
                _ => None,
            });
            let said: Vec<_> = said.collect();
            if let Some(claim) = claim(&said, self.open_claims.contains(name)) {
                ClaimPath(name).put(claim, &mut claims);
            }
        }
        if let Some(acr) = self.acr().filter(|_| !claims.contains_key("acr")) {
            claims.insert("acr".to_owned(), acr.into());
        }
        claims
    }

    /// The checks that let the caller in, by their names.
    #[cfg(feature = "testing")]
    pub(crate) fn agreeing_checks(&self) -> impl Iterator<Item = &str> {
        self.held().filter_map(|statement| match statement {
            Statement::Check(name) => Some(&**name),
            _ => None,
        })
    }

    pub(crate) fn scheme_name(&self) -> Option<&SchemeName> {
        match &self.sent {
            Sent::Nothing => None,
            Sent::Valid(name) | Sent::Invalid(name) => Some(name),
        }
    }

    fn of(&self, wanted: Value) -> impl Iterator<Item = &Statement> {
        self.said.iter().filter(move |(_, value)| *value == wanted).map(|(atom, _)| &atom.statement)
    }

    fn held(&self) -> impl Iterator<Item = &Statement> {
        self.of(Value::Held)
    }

    /// What the caller has, or has nothing of.
    fn with(&self) -> Vec<String> {
        let mut with = grouped(self.held());
        let doubtful = |statement: &&Statement| is_scope(statement) || is_role(statement);
        let unknown = grouped(self.of(Value::Unknown).filter(doubtful));
        with.extend(unknown.into_iter().map(|names| format!("unknown {names}")));
        let some = |is: fn(&Statement) -> bool| {
            self.said.iter().any(|(atom, value)| *value != Value::Absent && is(&atom.statement))
        };
        let none = [
            (self.mentions_scopes && !some(is_scope)).then(|| "no scope".to_owned()),
            (self.mentions_roles && !some(is_role)).then(|| "no role".to_owned()),
        ];
        with.extend(none.into_iter().flatten());
        with
    }

    /// When the caller was authenticated.
    fn write_age(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ages = |wanted: Value| {
            self.of(wanted).filter_map(|statement| match statement {
                Statement::MaxAge(age) => Some(*age),
                _ => None,
            })
        };
        // One of each: what is at most a minute old is at most an hour old.
        let words = |age: Option<MaxAge>| age.map(MaxAge::in_words);
        match (words(ages(Value::Absent).max()), words(ages(Value::Held).min())) {
            (None, None) => Ok(()),
            (None, Some(most)) => write!(f, ", authenticated at most {most} ago"),
            (Some(least), None) => write!(f, ", authenticated more than {least} ago"),
            (Some(least), Some(most)) => write!(f, ", authenticated more than {least} and at most {most} ago"),
        }
    }

    /// What the caller must be known not to have, unless that goes without saying.
    fn without(&self) -> Vec<String> {
        let (scopes, roles) = (self.scopes().next().is_some(), self.roles().next().is_some());
        let matters = |statement: &&Statement| match statement {
            Statement::Scope(_) => scopes,
            Statement::Role(_) => roles,
            _ => true,
        };
        grouped(self.of(Value::Absent).filter(matters))
    }
}

/// Of the bounds on it, exactly those hold that are said to.
fn authenticated_ago(atoms: &Atoms, said: &[(u16, Value)]) -> Option<u32> {
    let ages = || {
        atoms.0.iter().enumerate().filter_map(|(place, atom)| match &atom.statement {
            Statement::MaxAge(age) => Some((place, age.as_secs())),
            _ => None,
        })
    };
    let is =
        |place: usize, wanted: Value| said.iter().any(|(atom, value)| usize::from(*atom) == place && *value == wanted);
    let most = ages().filter(|(place, _)| is(*place, Value::Held)).map(|(_, age)| age).min();
    let older = |bound: u32| ages().map(|(_, age)| age).filter(|age| *age < bound).max().map_or(0, |age| age + 1);
    match most {
        Some(most) => Some(older(most)),
        None => ages().any(|(place, _)| is(place, Value::Absent)).then(|| older(u32::MAX)),
    }
}

fn is_scope(statement: &Statement) -> bool {
    matches!(statement, Statement::Scope(_))
}

fn is_role(statement: &Statement) -> bool {
    matches!(statement, Statement::Role(_))
}

/// Scopes in one part, roles in another, each claim by itself.
fn grouped<'a>(statements: impl Iterator<Item = &'a Statement>) -> Vec<String> {
    let [mut scopes, mut roles, mut others] = [const { Vec::new() }; 3];
    for statement in statements {
        match statement {
            Statement::Scope(name) => scopes.push(Name(name).to_string()),
            Statement::Role(name) => roles.push(Name(name).to_string()),
            Statement::Claim(..) | Statement::Acr(_) => others.push(statement.to_string()),
            Statement::MaxAge(_) | Statement::Check(_) | Statement::Known => {}
        }
    }
    let named = [("scope", scopes), ("role", roles)].into_iter().filter_map(|(kind, names)| match names.len() {
        0 => None,
        1 => Some(format!("{kind} {}", joined(&names))),
        _ => Some(format!("{kind}s {}", joined(&names))),
    });
    named.chain(others).collect()
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sent {
            Sent::Nothing => return f.write_str("a caller without credentials"),
            Sent::Invalid(scheme) => return write!(f, "{} that is refused", Credentials(scheme)),
            Sent::Valid(scheme) => Credentials(scheme).fmt(f)?,
        }
        for (word, parts) in [(" with", self.with()), (", without", self.without())] {
            if !parts.is_empty() {
                write!(f, "{word} {}", joined(&parts))?;
            }
        }
        self.write_age(f)?;
        let others = |statement: &&Statement| matches!(statement, Statement::Check(_) | Statement::Known);
        for (value, word) in [(Value::Held, "let in by"), (Value::Absent, "refused by")] {
            let parts: Vec<String> = self.of(value).filter(others).map(ToString::to_string).collect();
            if !parts.is_empty() {
                write!(f, ", {word} {}", joined(&parts))?;
            }
        }
        Ok(())
    }
}

/// The credentials of a scheme.
struct Credentials<'a>(&'a SchemeName);

impl fmt::Display for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match built_in(&self.0.keyword) {
            Some(known) => f.write_str(known.sends),
            None => write!(f, "a credential of {}", self.0.keyword),
        }?;
        match &self.0.configuration {
            Some(name) => write!(f, " ({})", Name(name)),
            None => Ok(()),
        }
    }
}

/// `a, b and c`.
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
