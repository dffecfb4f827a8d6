//! Decision diagrams: what a condition means, whatever way it is written. Two conditions that hold for the same callers have one
//! diagram.
//!
//! Everything is a constant function over memory that is lent to it, so that the same code compares policies while they are
//! compiled, when an `Auth` is built, and in tests.

/// What is known of one atom of a condition, such as `role("ops")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// It holds.
    Held,
    /// It is known not to hold.
    Absent,
    /// Neither is known.
    Unknown,
}

/// A condition by its meaning: equal ones have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Diagram(pub(super) u32);

impl Diagram {
    /// Holds for nobody.
    pub(crate) const NEVER: Self = Self(0);
    /// Holds for everybody.
    pub(crate) const ALWAYS: Self = Self(1);

    pub(crate) const fn is(self, other: Self) -> bool {
        self.0 == other.0
    }

    const fn is_constant(self) -> bool {
        self.0 <= Self::ALWAYS.0
    }
}

/// A question, and what follows from each answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branches {
    pub(crate) atom: u16,
    pub(crate) held: Diagram,
    pub(crate) absent: Diagram,
    pub(crate) unknown: Diagram,
}

impl Branches {
    const fn are(&self, other: &Self) -> bool {
        self.atom == other.atom
            && self.held.is(other.held)
            && self.absent.is(other.absent)
            && self.unknown.is(other.unknown)
    }

    /// The same diagram on all branches, as if it asked this atom.
    const fn alike(atom: u16, all: Diagram) -> Self {
        Self { atom, held: all, absent: all, unknown: all }
    }
}

/// How two conditions are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Both,
    Either,
    /// The first and not the second.
    Without,
}

/// A join that was worked out.
#[derive(Clone, Copy)]
struct Joined {
    join: Join,
    one: Diagram,
    other: Diagram,
    result: Diagram,
}

/// A place in memory, for one of each.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    branches: Branches,
    /// The diagram whose branches have this hash; one of the constants where there is none.
    known: Diagram,
    /// The last join that has this hash.
    joined: Joined,
}

impl Slot {
    pub(crate) const EMPTY: Self = Self {
        branches: Branches::alike(0, Diagram::NEVER),
        known: Diagram::NEVER,
        joined: Joined { join: Join::Both, one: Diagram::NEVER, other: Diagram::NEVER, result: Diagram::NEVER },
    };
}

/// Diagrams in one memory. Atoms are numbers, and asked in their order.
pub(crate) struct Diagrams<'m> {
    slots: &'m mut [Slot],
    /// In place of memory that is not there.
    spare: Slot,
    pub(super) used: u32,
    is_full: bool,
}

impl<'m> Diagrams<'m> {
    /// Diagrams in so many slots, a power of two.
    pub(crate) const fn new(slots: &'m mut [Slot]) -> Self {
        Self { slots, spare: Slot::EMPTY, used: Diagram::ALWAYS.0 + 1, is_full: false }
    }

    /// Whether the memory was too small: then nothing that was made in it counts.
    pub(crate) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The atom holds.
    pub(crate) const fn held(&mut self, atom: u16) -> Diagram {
        self.branching(Branches { held: Diagram::ALWAYS, ..Branches::alike(atom, Diagram::NEVER) })
    }

    pub(crate) const fn both(&mut self, one: Diagram, other: Diagram) -> Diagram {
        self.join(Join::Both, one, other)
    }

    pub(crate) const fn either(&mut self, one: Diagram, other: Diagram) -> Diagram {
        self.join(Join::Either, one, other)
    }

    /// Holds where `one` does and `other` does not.
    pub(crate) const fn without(&mut self, one: Diagram, other: Diagram) -> Diagram {
        self.join(Join::Without, one, other)
    }

    /// The question at the top of a diagram; `None` for the constants.
    pub(crate) const fn branches(&self, of: Diagram) -> Option<Branches> {
        if of.is_constant() { None } else { Some(self.slot(of.0).branches) }
    }

    /// The one diagram with these branches.
    pub(crate) const fn branching(&mut self, branches: Branches) -> Diagram {
        let Branches { atom, held, absent, unknown } = branches;
        if held.is(absent) && absent.is(unknown) {
            return held;
        }
        let mut place = self.hash([atom as u32, held.0, absent.0, unknown.0]);
        loop {
            let known = self.slot(place).known;
            if known.is_constant() {
                break;
            }
            if self.slot(known.0).branches.are(&branches) {
                return known;
            }
            place = self.within(place.wrapping_add(1));
        }
        // Half of the slots stay free, so that a search is short.
        if self.used as usize >= self.slots.len() / 2 {
            self.is_full = true;
            return Diagram::NEVER;
        }
        let made = Diagram(self.used);
        self.used += 1;
        self.slot_mut(made.0).branches = branches;
        self.slot_mut(place).known = made;
        made
    }

    const fn join(&mut self, join: Join, one: Diagram, other: Diagram) -> Diagram {
        const NEVER: Diagram = Diagram::NEVER;
        const ALWAYS: Diagram = Diagram::ALWAYS;
        match (join, one, other) {
            (Join::Both | Join::Without, NEVER, _) | (Join::Both, _, NEVER) | (Join::Without, _, ALWAYS) => {
                return NEVER;
            }
            (Join::Either, ALWAYS, _) | (Join::Either, _, ALWAYS) | (Join::Without, ALWAYS, NEVER) => return ALWAYS,
            (Join::Both, ALWAYS, same) | (Join::Either, NEVER, same) => return same,
            (Join::Both, same, ALWAYS) | (Join::Either | Join::Without, same, NEVER) => return same,
            _ if one.is(other) => return if matches!(join, Join::Without) { NEVER } else { one },
            _ if self.is_full => return NEVER,
            _ => {}
        }
        let place = self.hash([join as u32, one.0, other.0, 0]);
        let done = self.slot(place).joined;
        if done.join as u32 == join as u32 && done.one.is(one) && done.other.is(other) {
            return done.result;
        }
        let atom = self.first_atom(one, other);
        let (left, right) = (self.asked(atom, one), self.asked(atom, other));
        let held = self.join(join, left.held, right.held);
        let absent = self.join(join, left.absent, right.absent);
        let unknown = self.join(join, left.unknown, right.unknown);
        let result = self.branching(Branches { atom, held, absent, unknown });
        self.slot_mut(place).joined = Joined { join, one, other, result };
        result
    }

    /// The atom that is asked first in either.
    const fn first_atom(&self, one: Diagram, other: Diagram) -> u16 {
        match (self.branches(one), self.branches(other)) {
            (Some(one), Some(other)) if other.atom < one.atom => other.atom,
            (Some(first), _) | (None, Some(first)) => first.atom,
            (None, None) => 0,
        }
    }

    /// What a diagram becomes with each answer to this question, which no other of it comes before.
    const fn asked(&self, atom: u16, of: Diagram) -> Branches {
        match self.branches(of) {
            Some(branches) if branches.atom == atom => branches,
            _ => Branches::alike(atom, of),
        }
    }

    const fn within(&self, place: u32) -> u32 {
        place & (self.slots.len() as u32).wrapping_sub(1)
    }

    const fn hash(&self, of: [u32; 4]) -> u32 {
        let [a, b, c, d] = of;
        let mut hash = a.wrapping_mul(0x9E37_79B1) ^ b;
        hash = hash.wrapping_mul(0x85EB_CA77) ^ c;
        hash = hash.wrapping_mul(0xC2B2_AE3D) ^ d;
        hash ^= hash >> 15;
        hash = hash.wrapping_mul(0x27D4_EB2F);
        self.within(hash ^ hash >> 13)
    }

    const fn slot(&self, place: u32) -> &Slot {
        match self.slots.split_at_checked(place as usize) {
            Some((_, [slot, ..])) => slot,
            _ => &Slot::EMPTY,
        }
    }

    const fn slot_mut(&mut self, place: u32) -> &mut Slot {
        match self.slots.split_at_mut_checked(place as usize) {
            Some((_, [slot, ..])) => slot,
            _ => &mut self.spare,
        }
    }
}
