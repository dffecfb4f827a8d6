//! What can be so at once of the age of something: what is at most a minute old is at most an hour old.

use super::claims::{absent, unknown};
use super::diagram::{Diagram, Diagrams};

/// An atom that bounds an age.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgeAtom {
    pub(crate) atom: u16,
    pub(crate) seconds: u32,
}

/// As far as `so_far` holds: for ages that either are known, so that all bounds can be compared with them, or are not.
pub(crate) const fn possible_ages(diagrams: &mut Diagrams<'_>, so_far: Diagram, atoms: &[AgeAtom]) -> Diagram {
    let mut possible = so_far;
    let mut left = atoms;
    while let [one, rest @ ..] = left {
        let mut others = rest;
        while let [other, more @ ..] = others {
            let (narrow, wide) =
                if one.seconds < other.seconds { (one.atom, other.atom) } else { (other.atom, one.atom) };
            let (within, beyond) = (diagrams.held(narrow), absent(diagrams, wide));
            let reversed = diagrams.both(within, beyond);
            possible = diagrams.without(possible, reversed);
            let (one_untold, other_untold) = (unknown(diagrams, narrow), unknown(diagrams, wide));
            let half = diagrams.without(one_untold, other_untold);
            possible = diagrams.without(possible, half);
            let half = diagrams.without(other_untold, one_untold);
            possible = diagrams.without(possible, half);
            others = more;
        }
        left = rest;
    }
    possible
}
