//! What one claim can be at once. Its value may be an array, so that it has several of the values that policies name; but what is
//! known of one of them may follow from another.

use super::diagram::{Branches, Diagram, Diagrams};

/// The JSON type of a claim's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClaimKind {
    Text,
    Integer,
    Boolean,
}

/// An atom that compares a claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClaimAtom {
    pub(crate) atom: u16,
    /// Which claim, by a number.
    pub(crate) name: u16,
    pub(crate) kind: ClaimKind,
}

/// Holds for what can be true at once of tokens. A claim is known not to have a value where it is of that value's type, or an
/// array of that type alone. All other values of the type are then known too, and values of other types are not had; they too are
/// known to be absent only if the array is empty. So it is where it has neither `true` nor `false`, and is of this type.
pub(crate) const fn possible(diagrams: &mut Diagrams<'_>, atoms: &[ClaimAtom]) -> Diagram {
    let mut possible = Diagram::ALWAYS;
    let mut left = atoms;
    while let [one, rest @ ..] = left {
        let mut others = atoms;
        while let [other, more @ ..] = others {
            if one.name == other.name && one.atom != other.atom {
                let absent = absent(diagrams, one.atom);
                let refuted = match one.kind as u8 == other.kind as u8 {
                    true => unknown(diagrams, other.atom),
                    false => diagrams.held(other.atom),
                };
                let both = diagrams.both(absent, refuted);
                possible = diagrams.without(possible, both);
                if one.kind as u8 != other.kind as u8 || matches!(one.kind, ClaimKind::Boolean) {
                    possible = empty(diagrams, possible, [one, other], atoms);
                }
            }
            others = more;
        }
        left = rest;
    }
    possible
}

/// Two values are absent, and no third one can be there in their place: so is every other.
const fn empty(
    diagrams: &mut Diagrams<'_>,
    possible: Diagram,
    [one, other]: [&ClaimAtom; 2],
    atoms: &[ClaimAtom],
) -> Diagram {
    let (first, second) = (absent(diagrams, one.atom), absent(diagrams, other.atom));
    let empty = diagrams.both(first, second);
    let mut possible = possible;
    let mut left = atoms;
    while let [third, rest @ ..] = left {
        if third.name == one.name {
            let absent = absent(diagrams, third.atom);
            let present = diagrams.without(empty, absent);
            possible = diagrams.without(possible, present);
        }
        left = rest;
    }
    possible
}

/// The atom is known not to hold.
pub(crate) const fn absent(diagrams: &mut Diagrams<'_>, atom: u16) -> Diagram {
    let (held, absent, unknown) = (Diagram::NEVER, Diagram::ALWAYS, Diagram::NEVER);
    diagrams.branching(Branches { atom, held, absent, unknown })
}

pub(super) const fn unknown(diagrams: &mut Diagrams<'_>, atom: u16) -> Diagram {
    let (held, absent, unknown) = (Diagram::NEVER, Diagram::NEVER, Diagram::ALWAYS);
    diagrams.branching(Branches { atom, held, absent, unknown })
}
