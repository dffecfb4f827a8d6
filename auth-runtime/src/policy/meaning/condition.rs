//! A condition of a policy as data of its own, with what the hierarchies add to it.

use std::iter;

use super::{Atom, Statement};
use crate::policy::rule::Expression;
use crate::policy::{Conveyed, Hierarchies, Hierarchy};

/// A condition over one caller.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// One of these is known to hold: the first as it is written, the others include it.
    Held(Vec<Atom>),
    /// None of these holds, which is known of each.
    Lacking(Vec<Atom>),
    /// All hold; of an empty list, too.
    All(Vec<Condition>),
    /// One holds; of an empty list none does.
    Any(Vec<Condition>),
}

impl Condition {
    pub(super) const ALWAYS: Self = Self::All(Vec::new());
    pub(super) const NEVER: Self = Self::Any(Vec::new());
}

impl Conveyed {
    pub(super) fn tells(self, atom: &Atom) -> bool {
        match atom.statement {
            Statement::Scope(_) => self.scopes,
            Statement::Claim(..) => self.claims,
            Statement::Acr(_) | Statement::MaxAge(_) => self.authentication,
            Statement::Role(_) | Statement::Check(_) | Statement::Known => true,
        }
    }
}

/// How conditions of one policy are read.
pub(super) struct Reading<'a> {
    pub(super) hierarchies: &'a Hierarchies,
    pub(super) by_credentials: bool,
}

impl Reading<'_> {
    pub(super) fn condition(&self, expression: &Expression) -> Condition {
        match expression {
            Expression::All(parts) => Condition::All(parts.iter().map(|part| self.condition(part)).collect()),
            Expression::Any(parts) => Condition::Any(parts.iter().map(|part| self.condition(part)).collect()),
            Expression::Check(check) => self.check(check),
            leaf => self.leaf(leaf, true),
        }
    }

    pub(super) fn check(&self, check: &str) -> Condition {
        Condition::Held(vec![self.atom(Statement::Check(check.to_owned()))])
    }

    /// A leaf, or its negation where `holds` is false. As in a decision, what else is negated is never known to hold.
    fn leaf(&self, expression: &Expression, holds: bool) -> Condition {
        let atoms = match expression {
            Expression::Scope(scope) => self.names(scope, &self.hierarchies.scopes, Statement::Scope),
            Expression::Role(role) => self.names(role, &self.hierarchies.roles, Statement::Role),
            Expression::Claim(name, value) => {
                vec![of_credentials(Statement::Claim(name.clone(), value.clone()))]
            }
            Expression::Acr(_) | Expression::MaxAge(_) if !holds => return Condition::NEVER,
            Expression::Acr(class) => vec![of_credentials(Statement::Acr(class.clone()))],
            Expression::MaxAge(age) => vec![of_credentials(Statement::MaxAge(*age))],
            Expression::Not(inner) => return self.leaf(inner, !holds),
            Expression::Authenticated if holds => return Condition::ALWAYS,
            Expression::Authenticated
            | Expression::Nobody
            | Expression::Check(_)
            | Expression::All(_)
            | Expression::Any(_) => return Condition::NEVER,
        };
        if holds { Condition::Held(atoms) } else { Condition::Lacking(atoms) }
    }

    fn names(&self, wanted: &str, hierarchy: &Hierarchy, statement: fn(String) -> Statement) -> Vec<Atom> {
        iter::once(wanted).chain(hierarchy.holders(wanted)).map(|name| self.atom(statement(name.to_owned()))).collect()
    }

    fn atom(&self, statement: Statement) -> Atom {
        Atom { statement, by_credentials: self.by_credentials }
    }
}

/// Said of the caller as the credentials describe it, whatever the application knows.
fn of_credentials(statement: Statement) -> Atom {
    Atom { statement, by_credentials: true }
}
