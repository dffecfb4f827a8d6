//! Contradictions, tautologies, repetitions and shadowed branches.
//!
//! Exact, by truth table, up to [`EXACT`] distinct predicates; by the shape of the condition beyond. Predicates are
//! independent of each other: `claim("groups", "a") && claim("groups", "b")` holds for an array with both.
//!
//! The runtime compares policies by decision diagrams. They are not used here: neither crate may depend on the other, for each is
//! published alone, and a third crate, or the text of the diagrams in both, would be more than the tables. And
//! nothing is decided twice: here a condition is refused for what its author cannot have meant, and whom a policy admits is
//! decided, compared and proved by the runtime alone.

use std::collections::HashMap;

use proc_macro2::TokenStream;

use crate::diag::{Sink, written};
use crate::model::{Requirement, RequirementKind};

/// Up to so many distinct predicates, every assignment is tried.
const EXACT: usize = 12;

/// Reports each condition that can be simplified: the author meant something else. Whether there is none.
pub(crate) fn check_logic(requirement: &Requirement, sink: &Sink) -> bool {
    let mut atoms = Vec::new();
    collect(requirement, &mut atoms);
    !if atoms.len() <= EXACT { visit(requirement, &Table { atoms }, sink) } else { visit(requirement, &Shape, sink) }
}

/// Reports what an alternative's own condition and the one of all make of each other; either is sound.
pub(crate) fn check_beside(own: &Requirement, common: &Requirement, scheme: &TokenStream, sink: &Sink) {
    if matches!(common.kind, RequirementKind::Authenticated) {
        return;
    }
    let mut atoms = Vec::new();
    collect(own, &mut atoms);
    collect(common, &mut atoms);
    if atoms.len() <= EXACT {
        visit_beside(own, common, scheme, &Table { atoms }, sink);
    } else {
        visit_beside(own, common, scheme, &Shape, sink);
    }
}

fn visit_beside<L: Logic>(own: &Requirement, common: &Requirement, scheme: &TokenStream, logic: &L, sink: &Sink) {
    let whole = logic.meaning(common);
    for part in clauses(own) {
        let meaning = logic.meaning(part);
        let of_one = |wanted: &dyn Fn(&L::Meaning) -> bool| {
            clauses(common).iter().find(|other| wanted(&logic.meaning(other))).unwrap_or(common)
        };
        let contradicts = |other: &L::Meaning| logic.contradict(&[other, &meaning]);
        let implies = |other: &L::Meaning| logic.implies(other, &meaning);
        let fault = if contradicts(&whole) {
            let other = of_one(&contradicts);
            format!("`{part}` contradicts `{other}`, so nobody passes by `{}`; remove one", written(scheme))
        } else if implies(&whole) {
            let other = of_one(&implies);
            format!("`{part}` adds nothing, because `{other}` is required of all; remove it")
        } else {
            continue;
        };
        return sink.report(&part.tokens, fault);
    }
    if logic.contradict(&[&whole, &logic.meaning(own)]) {
        let fault = format!("`{own}` contradicts `{common}`, so nobody passes by `{}`; remove one", written(scheme));
        sink.report(&own.tokens, fault);
    }
}

/// What is joined by AND.
fn clauses(requirement: &Requirement) -> &[Requirement] {
    match &requirement.kind {
        RequirementKind::All(parts) => parts,
        _ => std::slice::from_ref(requirement),
    }
}

fn collect(requirement: &Requirement, atoms: &mut Vec<String>) {
    match &requirement.kind {
        RequirementKind::Authenticated => {}
        RequirementKind::Atom(atom) | RequirementKind::Not(atom) => {
            let name = atom.to_string();
            if !atoms.contains(&name) {
                atoms.push(name);
            }
        }
        RequirementKind::All(parts) | RequirementKind::Any(parts) => parts.iter().for_each(|part| collect(part, atoms)),
    }
}

/// What can be proved about two-valued conditions.
trait Logic {
    type Meaning;
    fn meaning(&self, requirement: &Requirement) -> Self::Meaning;
    /// `a` holds only where `b` does.
    fn implies(&self, a: &Self::Meaning, b: &Self::Meaning) -> bool;
    /// No caller satisfies all.
    fn contradict(&self, parts: &[&Self::Meaning]) -> bool;
    /// Every caller satisfies one.
    fn exhaust(&self, parts: &[&Self::Meaning]) -> bool;
}

/// Whether a fault was reported within; what contains it is then left alone.
fn visit<L: Logic>(requirement: &Requirement, logic: &L, sink: &Sink) -> bool {
    let (RequirementKind::All(parts) | RequirementKind::Any(parts)) = &requirement.kind else { return false };
    let mut faulty = false;
    for part in parts {
        faulty |= visit(part, logic, sink);
    }
    if faulty {
        return true;
    }
    let meanings: Vec<L::Meaning> = parts.iter().map(|part| logic.meaning(part)).collect();
    if matches!(requirement.kind, RequirementKind::All(_)) {
        visit_all(parts, &meanings, logic, sink)
    } else {
        visit_any(requirement, parts, &meanings, logic, sink)
    }
}

fn visit_all<L: Logic>(parts: &[Requirement], meanings: &[L::Meaning], logic: &L, sink: &Sink) -> bool {
    for (end, (part, meaning)) in parts.iter().zip(meanings).enumerate() {
        let before = parts.iter().zip(meanings).take(end);
        if let Some((other, _)) = before.clone().find(|(_, other)| logic.contradict(&[other, meaning])) {
            let fault = format!("`{part}` contradicts `{other}`, so every caller is refused; remove one");
            sink.report(&part.tokens, fault);
            return true;
        }
        let so_far: Vec<&L::Meaning> = meanings.iter().take(end + 1).collect();
        if logic.contradict(&so_far) {
            let fault =
                format!("`{part}` contradicts the conditions before it, so every caller is refused; remove it or them");
            sink.report(&part.tokens, fault);
            return true;
        }
    }
    let mut faulty = false;
    for (part, other) in implied(parts, meanings, |part, other| logic.implies(other, part), logic) {
        let fault = if part.to_string() == other.to_string() {
            format!("`{part}` is required twice; remove one")
        } else {
            format!("`{part}` adds nothing, because `{other}` is required too; remove it")
        };
        sink.report(&part.tokens, fault);
        faulty = true;
    }
    faulty
}

fn visit_any<L: Logic>(
    whole: &Requirement,
    parts: &[Requirement],
    meanings: &[L::Meaning],
    logic: &L,
    sink: &Sink,
) -> bool {
    if logic.exhaust(&meanings.iter().collect::<Vec<_>>()) {
        sink.report(&whole.tokens, format!("`{whole}` holds for every caller; remove it"));
        return true;
    }
    let mut faulty = false;
    for (part, other) in implied(parts, meanings, |part, other| logic.implies(part, other), logic) {
        let fault = if part.to_string() == other.to_string() {
            format!("branch `{part}` stands twice; remove one")
        } else {
            format!("branch `{part}` is shadowed by `{other}`, which admits the same callers and more; remove it")
        };
        sink.report(&part.tokens, fault);
        faulty = true;
    }
    faulty
}

/// Each part made superfluous by another, with that other; of two equal ones the later.
fn implied<'a, L: Logic>(
    parts: &'a [Requirement],
    meanings: &[L::Meaning],
    superfluous: impl Fn(&L::Meaning, &L::Meaning) -> bool,
    _: &L,
) -> Vec<(&'a Requirement, &'a Requirement)> {
    let mut found = Vec::new();
    for (index, (part, meaning)) in parts.iter().zip(meanings).enumerate() {
        let other = parts.iter().zip(meanings).enumerate().find(|(at, (_, other))| {
            *at != index && superfluous(meaning, other) && (*at < index || !superfluous(other, meaning))
        });
        if let Some((_, (other, _))) = other {
            found.push((part, other));
        }
    }
    found
}

/// Truth tables: bit `i` says whether the condition holds under assignment `i`.
struct Table {
    atoms: Vec<String>,
}

impl Table {
    fn rows(&self) -> usize {
        1 << self.atoms.len()
    }

    fn atom(&self, name: &str) -> Vec<bool> {
        let place = self.atoms.iter().position(|atom| atom == name).unwrap_or_default();
        (0..self.rows()).map(|row| row >> place & 1 == 1).collect()
    }

    fn fold(&self, parts: &[&Vec<bool>], start: bool, join: fn(bool, bool) -> bool) -> Vec<bool> {
        parts.iter().fold(vec![start; self.rows()], |so_far, part| {
            so_far.iter().zip(part.iter()).map(|(&a, &b)| join(a, b)).collect()
        })
    }
}

impl Logic for Table {
    type Meaning = Vec<bool>;

    fn meaning(&self, requirement: &Requirement) -> Vec<bool> {
        let all = |parts: &[Requirement], start, join| {
            let tables: Vec<Vec<bool>> = parts.iter().map(|part| self.meaning(part)).collect();
            self.fold(&tables.iter().collect::<Vec<_>>(), start, join)
        };
        match &requirement.kind {
            RequirementKind::Authenticated => vec![true; self.rows()],
            RequirementKind::Atom(atom) => self.atom(&atom.to_string()),
            RequirementKind::Not(atom) => self.atom(&atom.to_string()).into_iter().map(|bit| !bit).collect(),
            RequirementKind::All(parts) => all(parts, true, |a, b| a && b),
            RequirementKind::Any(parts) => all(parts, false, |a, b| a || b),
        }
    }

    fn implies(&self, a: &Vec<bool>, b: &Vec<bool>) -> bool {
        a.iter().zip(b).all(|(&a, &b)| !a || b)
    }

    fn contradict(&self, parts: &[&Vec<bool>]) -> bool {
        !self.fold(parts, true, |a, b| a && b).contains(&true)
    }

    fn exhaust(&self, parts: &[&Vec<bool>]) -> bool {
        !self.fold(parts, false, |a, b| a || b).contains(&false)
    }
}

/// The shape alone: sound, but it misses what only a table shows.
struct Shape;

/// A condition as a tree of texts.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Tree {
    Leaf { name: String, holds: bool },
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    fn negated(&self) -> Self {
        match self {
            Self::Leaf { name, holds } => Self::Leaf { name: name.clone(), holds: !holds },
            Self::All(parts) => Self::Any(parts.iter().map(Self::negated).collect()),
            Self::Any(parts) => Self::All(parts.iter().map(Self::negated).collect()),
        }
    }
}

/// `known` keeps what was asked before: without it, alternating `&&` and `||` would cost exponential time.
fn follows<'a>(a: &'a Tree, b: &'a Tree, known: &mut HashMap<(*const Tree, *const Tree), bool>) -> bool {
    let pair = (std::ptr::from_ref(a), std::ptr::from_ref(b));
    if let Some(&answer) = known.get(&pair) {
        return answer;
    }
    let answer = a == b
        || matches!(a, Tree::All(parts) if parts.iter().any(|part| follows(part, b, known)))
        || matches!(b, Tree::Any(parts) if parts.iter().any(|part| follows(a, part, known)))
        || matches!(a, Tree::Any(parts) if parts.iter().all(|part| follows(part, b, known)))
        || matches!(b, Tree::All(parts) if parts.iter().all(|part| follows(a, part, known)));
    known.insert(pair, answer);
    answer
}

impl Logic for Shape {
    type Meaning = Tree;

    fn meaning(&self, requirement: &Requirement) -> Tree {
        let each = |parts: &[Requirement]| parts.iter().map(|part| self.meaning(part)).collect();
        match &requirement.kind {
            RequirementKind::Authenticated => Tree::All(Vec::new()),
            RequirementKind::Atom(atom) => Tree::Leaf { name: atom.to_string(), holds: true },
            RequirementKind::Not(atom) => Tree::Leaf { name: atom.to_string(), holds: false },
            RequirementKind::All(parts) => Tree::All(each(parts)),
            RequirementKind::Any(parts) => Tree::Any(each(parts)),
        }
    }

    fn implies(&self, a: &Tree, b: &Tree) -> bool {
        follows(a, b, &mut HashMap::new())
    }

    fn contradict(&self, parts: &[&Tree]) -> bool {
        each_with_others(parts).any(|(part, others)| follows(&Tree::All(others), &part.negated(), &mut HashMap::new()))
    }

    fn exhaust(&self, parts: &[&Tree]) -> bool {
        each_with_others(parts).any(|(part, others)| follows(&part.negated(), &Tree::Any(others), &mut HashMap::new()))
    }
}

fn each_with_others<'a>(parts: &'a [&Tree]) -> impl Iterator<Item = (&'a Tree, Vec<Tree>)> {
    parts.iter().enumerate().map(|(index, part)| {
        let others = parts.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, other)| (*other).clone());
        (*part, others.collect())
    })
}
