//! From conditions to diagrams.

use std::error::Error;
use std::fmt;

use super::{Atom, Condition, Demanded, Statement};
use crate::logic::{AgeAtom, ClaimAtom, Diagram, Diagrams, Slot, absent, possible, possible_ages};
use crate::policy::Conveyed;

/// Two policies, or one, have so many conditions, entangled so much, that they cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooComplex;

impl fmt::Display for TooComplex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many conditions that depend on each other; divide the policy")
    }
}

impl Error for TooComplex {}

/// Slots of memory that are tried one after the other. The last take 75 MB, for a moment.
const SIZES: [usize; 3] = [1 << 12, 1 << 16, 1 << 21];

/// The atoms of some conditions, in the order in which diagrams ask them.
#[derive(Clone, Debug, Default)]
pub(super) struct Atoms(pub(super) Vec<Atom>);

impl Atoms {
    pub(super) fn of<'a>(conditions: impl IntoIterator<Item = &'a Condition>) -> Self {
        let mut atoms = Self::default();
        conditions.into_iter().for_each(|condition| atoms.add(condition));
        atoms
    }

    fn add(&mut self, condition: &Condition) {
        match condition {
            Condition::Held(atoms) | Condition::Lacking(atoms) => {
                for atom in atoms {
                    if !self.0.contains(atom) {
                        self.0.push(atom.clone());
                    }
                }
            }
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.add(part)),
        }
    }

    fn place(&self, atom: &Atom) -> u16 {
        self.0.iter().position(|known| known == atom).unwrap_or(self.0.len()) as u16
    }

    /// Draws, in more and more memory. Where little is not enough, atoms that stand together are brought together, too.
    pub(super) fn draw<R>(
        &mut self,
        conditions: &[&Condition],
        draw: impl Fn(&Self, &mut Diagrams<'_>) -> R,
    ) -> Result<R, TooComplex> {
        let mut gathered = None;
        for size in SIZES {
            let mut slots = vec![Slot::EMPTY; size];
            let drawn = try_draw(self, &mut slots, &draw);
            if let Some(drawn) = drawn {
                return Ok(drawn);
            }
            let order = gathered.get_or_insert_with(|| self.gathered(conditions));
            slots.fill(Slot::EMPTY);
            if let Some(drawn) = try_draw(order, &mut slots, &draw) {
                *self = order.clone();
                return Ok(drawn);
            }
        }
        Err(TooComplex)
    }

    /// The condition, which holds for a caller of a scheme that tells so much.
    fn condition(&self, condition: &Condition, conveyed: Conveyed, diagrams: &mut Diagrams<'_>) -> Diagram {
        match condition {
            Condition::Held(atoms) => {
                atoms.iter().filter(|atom| conveyed.tells(atom)).fold(Diagram::NEVER, |so_far, atom| {
                    let held = diagrams.held(self.place(atom));
                    diagrams.either(so_far, held)
                })
            }
            Condition::Lacking(atoms) if !atoms.iter().all(|atom| conveyed.tells(atom)) => Diagram::NEVER,
            Condition::Lacking(atoms) => atoms.iter().fold(Diagram::ALWAYS, |so_far, atom| {
                let absent = absent(diagrams, self.place(atom));
                diagrams.both(so_far, absent)
            }),
            Condition::All(parts) => self.all(parts, conveyed, diagrams),
            Condition::Any(parts) => parts.iter().fold(Diagram::NEVER, |so_far, part| {
                let part = self.condition(part, conveyed, diagrams);
                diagrams.either(so_far, part)
            }),
        }
    }

    /// All that is demanded.
    pub(super) fn demanded(&self, demanded: &Demanded<'_>, diagrams: &mut Diagrams<'_>) -> Diagram {
        self.all(demanded.conditions.iter().copied(), demanded.conveyed, diagrams)
    }

    fn all<'a>(
        &self,
        parts: impl IntoIterator<Item = &'a Condition>,
        conveyed: Conveyed,
        diagrams: &mut Diagrams<'_>,
    ) -> Diagram {
        parts.into_iter().fold(Diagram::ALWAYS, |so_far, part| {
            let part = self.condition(part, conveyed, diagrams);
            diagrams.both(so_far, part)
        })
    }

    /// What can be true of a caller at once.
    pub(super) fn possible(&self, diagrams: &mut Diagrams<'_>) -> Diagram {
        let possible = possible(diagrams, &self.claims());
        possible_ages(diagrams, possible, &self.ages())
    }

    fn ages(&self) -> Vec<AgeAtom> {
        let atoms = self.0.iter().enumerate();
        let ages = atoms.filter_map(|(atom, Atom { statement, .. })| match statement {
            Statement::MaxAge(age) => Some(AgeAtom { atom: atom as u16, seconds: age.as_secs() }),
            _ => None,
        });
        ages.collect()
    }

    pub(super) fn claims(&self) -> Vec<ClaimAtom> {
        let mut names: Vec<&str> = Vec::new();
        let mut claims = Vec::new();
        for (atom, Atom { statement, .. }) in self.0.iter().enumerate() {
            if let Statement::Claim(name, value) = statement {
                let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
                claims.push(ClaimAtom { atom: atom as u16, name: place as u16, kind: value.kind() });
            }
        }
        claims
    }

    /// Another order: atoms of one condition near each other (the FORCE heuristic of Aloul, Markov and Sakallah).
    fn gathered(&self, conditions: &[&Condition]) -> Self {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for condition in conditions {
            self.groups(condition, &mut groups);
        }
        let mut places: Vec<f64> = (0..self.0.len()).map(|place| place as f64).collect();
        for _ in 0..32 {
            let place = |atom: &usize| places.get(*atom).copied().unwrap_or_default();
            let mut sums = vec![(0.0, 0.0); places.len()];
            for group in &groups {
                let centre = group.iter().map(place).sum::<f64>() / group.len() as f64;
                for atom in group {
                    if let Some((sum, count)) = sums.get_mut(*atom) {
                        *sum += centre;
                        *count += 1.0;
                    }
                }
            }
            let mut order: Vec<(f64, usize)> =
                sums.iter().enumerate().map(|(atom, (sum, count))| (sum / f64::max(*count, 1.0), atom)).collect();
            order.sort_by(|one, other| one.0.total_cmp(&other.0));
            for (place, (_, atom)) in order.into_iter().enumerate() {
                if let Some(known) = places.get_mut(atom) {
                    *known = place as f64;
                }
            }
        }
        let mut order: Vec<(f64, &Atom)> = places.into_iter().zip(&self.0).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0));
        Self(order.into_iter().map(|(_, atom)| atom.clone()).collect())
    }

    /// The atoms of each part, and so those that stand together.
    fn groups(&self, condition: &Condition, groups: &mut Vec<Vec<usize>>) -> Vec<usize> {
        let group: Vec<usize> = match condition {
            Condition::Held(atoms) | Condition::Lacking(atoms) => {
                atoms.iter().map(|atom| usize::from(self.place(atom))).collect()
            }
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().flat_map(|part| self.groups(part, groups)).collect()
            }
        };
        groups.push(group.clone());
        group
    }
}

fn try_draw<R>(atoms: &Atoms, slots: &mut [Slot], draw: impl Fn(&Atoms, &mut Diagrams<'_>) -> R) -> Option<R> {
    let mut diagrams = Diagrams::new(slots);
    let drawn = draw(atoms, &mut diagrams);
    (!diagrams.is_full()).then_some(drawn)
}
