//! The callers who just pass, and those who just fail.

use std::collections::{HashSet, VecDeque};

use super::draw::Atoms;
use super::{Caller, Meaning, Sent, Statement, TooComplex};
use crate::logic::{Diagram, Drawn, Sizes, Value};
use crate::policy::MaxAge;

impl Meaning {
    /// The callers who pass and would not with anything less: for each way of being let in one, by alternative, and the simplest
    /// first. What is not said of them they do not have, or is not known of them.
    ///
    /// # Errors
    /// When the policy is too complex.
    pub fn minimal_callers(&self) -> Result<MinimalCallers, TooComplex> {
        let sendings = self.sendings().filter(|sent| !matches!(sent, Sent::Invalid(_)));
        let mut ways = VecDeque::new();
        for sent in sendings {
            if let Some(demanded) = self.demanded(&sent) {
                let mut atoms = Atoms::of(demanded.conditions.iter().copied());
                let [admits, possible] = atoms.draw(&demanded.conditions, |atoms, diagrams| {
                    let admits = atoms.demanded(&demanded, diagrams);
                    let possible = atoms.possible(diagrams);
                    [admits, possible].map(|drawn| Drawn::new(drawn, diagrams))
                })?;
                ways.push_back(Ways::new(sent, atoms, admits, possible));
            }
        }
        Ok(MinimalCallers { ways })
    }

    /// The callers who fail, and would pass if one thing more were so: without credentials, with such as their scheme refuses, and
    /// each of the [minimal callers](Self::minimal_callers) with one thing changed. Nobody, where the policy lets everybody in.
    ///
    /// # Errors
    /// When the policy is too complex.
    pub fn minimal_failures(&self) -> Result<MinimalFailures, TooComplex> {
        let unauthenticated = self.sendings().filter(|sent| !matches!(sent, Sent::Valid(_)));
        let refused = unauthenticated.filter(|sent| self.demanded(sent).is_none());
        let ready = refused.map(|sent| Caller::new(sent, &Atoms::default(), Vec::new())).collect();
        Ok(MinimalFailures { ready, passing: self.minimal_callers()?, told: HashSet::new() })
    }
}

/// Iterator over [`Meaning::minimal_callers`].
#[derive(Clone, Debug)]
pub struct MinimalCallers {
    ways: VecDeque<Ways>,
}

impl Iterator for MinimalCallers {
    type Item = Caller;

    fn next(&mut self) -> Option<Caller> {
        loop {
            let ways = self.ways.front_mut()?;
            if let Some(said) = ways.next() {
                return Some(Caller::new(ways.sent.clone(), &ways.atoms, said));
            }
            self.ways.pop_front();
        }
    }
}

/// Iterator over [`Meaning::minimal_failures`].
#[derive(Clone, Debug)]
pub struct MinimalFailures {
    ready: VecDeque<Caller>,
    passing: MinimalCallers,
    /// What was said of callers by the alternative that comes first now.
    told: HashSet<Vec<(u16, Value)>>,
}

impl Iterator for MinimalFailures {
    type Item = Caller;

    fn next(&mut self) -> Option<Caller> {
        loop {
            if let Some(caller) = self.ready.pop_front() {
                return Some(caller);
            }
            let ways = self.passing.ways.front_mut()?;
            let Some(said) = ways.next() else {
                self.passing.ways.pop_front();
                self.told.clear();
                continue;
            };
            for changed in 0..said.len() {
                let said = with_one_changed(&said, changed);
                if !ways.admits(&said) && self.told.insert(said.clone()) {
                    self.ready.push_back(Caller::new(ways.sent.clone(), &ways.atoms, said));
                }
            }
        }
    }
}

fn with_one_changed(said: &[(u16, Value)], changed: usize) -> Vec<(u16, Value)> {
    let change = |(place, &(atom, value)): (usize, &(u16, Value))| match value {
        Value::Held if place == changed => (atom, Value::Absent),
        Value::Absent if place == changed => (atom, Value::Held),
        kept => (atom, kept),
    };
    said.iter().enumerate().map(change).collect()
}

/// The ways of being let in by one alternative: the fewest things, that is, the prime implicants, fewer before more.
#[derive(Clone, Debug)]
struct Ways {
    sent: Sent,
    atoms: Atoms,
    admits: Drawn,
    possible: Drawn,
    sizes: Sizes,
    /// How many things are said of the callers that are looked for now.
    size: u32,
    open: Vec<Way>,
}

/// A caller as far as it was described.
#[derive(Clone, Debug)]
struct Way {
    at: Diagram,
    said: Vec<(u16, Value)>,
    /// For each thing that was said, where one would be without it: it is needed only if one is not let in there.
    without: Vec<Diagram>,
}

impl Ways {
    fn new(sent: Sent, atoms: Atoms, admits: Drawn, possible: Drawn) -> Self {
        let sizes = admits.sizes();
        Self { sent, atoms, possible, sizes, size: 0, open: vec![Way::start(admits.root())], admits }
    }

    /// The next one.
    fn next(&mut self) -> Option<Vec<(u16, Value)>> {
        let (_, most) = self.sizes.of(self.admits.root())?;
        loop {
            while let Some(way) = self.open.pop() {
                if let Some(said) = self.follow(way)
                    && self.is_possible(&said)
                {
                    return Some(said);
                }
            }
            if self.size >= most {
                return None;
            }
            self.size += 1;
            self.open.push(Way::start(self.admits.root()));
        }
    }

    /// Goes on by one question; what was said, at the end of the way.
    fn follow(&mut self, way: Way) -> Option<Vec<(u16, Value)>> {
        let missing = self.size.checked_sub(way.said.len() as u32)?;
        let (least, most) = self.sizes.of(way.at)?;
        if !(least..=most).contains(&missing) {
            return None;
        }
        let Some(branches) = self.admits.branches(way.at).copied() else {
            let nothing_more = |at: &Diagram| self.admits.with(*at, |_| Value::Unknown);
            return way.without.iter().all(|at| nothing_more(at).is(Diagram::NEVER)).then_some(way.said);
        };
        let before: Vec<Diagram> = way.without.iter().map(|at| self.until(*at, branches.atom)).collect();
        // The last is followed first: those who have what is written first come first.
        for value in [Value::Unknown, Value::Absent, Value::Held] {
            let at = branches.on(value);
            let mut without: Vec<Diagram> = before.iter().map(|at| self.answered(*at, branches.atom, value)).collect();
            let mut said = way.said.clone();
            if value != Value::Unknown {
                without.push(branches.unknown);
                said.push((branches.atom, value));
            }
            // Where it makes no difference, something was said that is not needed.
            if without.iter().all(|without| !without.is(at)) {
                self.open.push(Way { at, said, without });
            }
        }
        None
    }

    /// Past the questions before this atom, of which nothing is known.
    fn until(&self, mut at: Diagram, atom: u16) -> Diagram {
        while let Some(branches) = self.admits.branches(at).filter(|branches| branches.atom < atom) {
            at = branches.unknown;
        }
        at
    }

    fn answered(&self, at: Diagram, atom: u16, value: Value) -> Diagram {
        self.admits.branches(at).filter(|branches| branches.atom == atom).map_or(at, |branches| branches.on(value))
    }

    /// Whether somebody can be so.
    fn is_possible(&self, said: &[(u16, Value)]) -> bool {
        self.is_possible_at(self.possible.root(), said)
    }

    fn is_possible_at(&self, at: Diagram, said: &[(u16, Value)]) -> bool {
        let Some(branches) = self.possible.branches(at) else { return at.is(Diagram::ALWAYS) };
        match value_of(said, branches.atom) {
            Some(value) => self.is_possible_at(branches.on(value), said),
            None => [branches.unknown, branches.absent, branches.held].iter().any(|at| self.is_possible_at(*at, said)),
        }
    }

    /// Whether a caller is let in, or there is none, of whom no more can be said than this.
    fn admits(&self, said: &[(u16, Value)]) -> bool {
        let claims = self.atoms.claims();
        let is_typed = |atom: u16| {
            let of = claims.iter().find(|claim| claim.atom == atom);
            let alike = |other: u16| {
                claims.iter().any(|claim| {
                    claim.atom == other && of.is_some_and(|of| of.name == claim.name && of.kind == claim.kind)
                })
            };
            said.iter().any(|(other, value)| *value == Value::Absent && alike(*other))
        };
        let statement = |atom: u16| self.atoms.0.get(usize::from(atom)).map(|atom| &atom.statement);
        let is_younger = |age: &MaxAge| {
            said.iter().any(|(other, value)| {
                *value == Value::Held && matches!(statement(*other), Some(Statement::MaxAge(other)) if other < age)
            })
        };
        let value = |atom: u16| {
            value_of(said, atom).unwrap_or_else(|| {
                match statement(atom) {
                    Some(Statement::MaxAge(age)) if is_younger(age) => Value::Held,
                    // A claim that is not there, or one that is of this type and has another value.
                    Some(Statement::Claim(..)) if !is_typed(atom) => Value::Unknown,
                    _ => Value::Absent,
                }
            })
        };
        let holds = |drawn: &Drawn| drawn.with(drawn.root(), value).is(Diagram::ALWAYS);
        holds(&self.admits) || !holds(&self.possible)
    }
}

impl Way {
    fn start(at: Diagram) -> Self {
        Self { at, said: Vec::new(), without: Vec::new() }
    }
}

fn value_of(said: &[(u16, Value)], atom: u16) -> Option<Value> {
    said.iter().find(|(known, _)| *known == atom).map(|(_, value)| *value)
}
