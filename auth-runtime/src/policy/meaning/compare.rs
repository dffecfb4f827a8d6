//! Whether one policy lets in nobody whom another does not.

use std::error::Error;
use std::fmt;

use super::draw::Atoms;
use super::{Atom, Caller, Condition, Meaning, Sent, Statement};
use crate::logic::{Diagram, cheapest};

/// Why one policy does not imply another: somebody whom the first admits and the second does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    caller: Option<Caller>,
}

impl Counterexample {
    /// The simplest such caller. `None` where the policies are [too complex](super::TooComplex) to tell: then nothing is proved.
    pub fn caller(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }
}

/// The caller in words.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.caller {
            Some(caller) => caller.fmt(f),
            None => super::TooComplex.fmt(f),
        }
    }
}

impl Error for Counterexample {}

impl Meaning {
    /// Whether everybody whom this policy admits, by whichever credential decides, is admitted by `other` where the same credential
    /// decides.
    ///
    /// # Errors
    /// Somebody for whom that is not so.
    pub fn implies(&self, other: &Self) -> Result<(), Counterexample> {
        let mut sendings: Vec<Sent> = self.sendings().collect();
        sendings.extend(other.sendings().filter(|sent| self.sendings().all(|known| known != *sent)));
        sendings.into_iter().try_for_each(|sent| self.implies_for(other, sent))
    }

    /// Whether both admit the same callers.
    ///
    /// # Errors
    /// Somebody whom only one of them admits.
    pub fn equivalent(&self, other: &Self) -> Result<(), Counterexample> {
        self.implies(other)?;
        other.implies(self)
    }

    fn implies_for(&self, other: &Self, sent: Sent) -> Result<(), Counterexample> {
        let Some(mut ours) = self.demanded(&sent) else { return Ok(()) };
        let mut theirs = other.demanded(&sent);
        let known = Condition::Held(vec![Atom { statement: Statement::Known, by_credentials: false }]);
        if let Some(theirs) = &mut theirs
            && ours.asks != theirs.asks
        {
            if ours.asks { &mut ours.conditions } else { &mut theirs.conditions }.push(&known);
        }
        let both = ours.conditions.iter().chain(theirs.iter().flat_map(|theirs| &theirs.conditions));
        let conditions: Vec<&Condition> = both.copied().collect();
        let mut atoms = Atoms::of(conditions.iter().copied());
        let found = atoms.draw(&conditions, |atoms, diagrams| {
            let admitted = atoms.demanded(&ours, diagrams);
            let theirs = theirs.as_ref().map_or(Diagram::NEVER, |theirs| atoms.demanded(theirs, diagrams));
            let rest = diagrams.without(admitted, theirs);
            let possible = atoms.possible(diagrams);
            let counter = diagrams.both(rest, possible);
            if counter.is(Diagram::NEVER) {
                return None;
            }
            let prices: Vec<_> = atoms.0.iter().map(|atom| atom.statement.price()).collect();
            Some(cheapest(diagrams, counter, &prices))
        });
        match found {
            Ok(None) => Ok(()),
            Ok(Some(said)) => Err(Counterexample { caller: Some(Caller::new(sent, &atoms, said)) }),
            Err(super::TooComplex) => Err(Counterexample { caller: None }),
        }
    }
}
