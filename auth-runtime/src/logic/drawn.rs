//! A diagram by itself, without the memory it was drawn in.

use super::diagram::{Branches, Diagram, Diagrams, Value};

/// A finished diagram.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    root: Diagram,
    /// All that were drawn: each after what it branches into.
    branches: Vec<Branches>,
}

const FIRST: u32 = Diagram::ALWAYS.0 + 1;

impl Drawn {
    pub(crate) fn new(root: Diagram, diagrams: &Diagrams<'_>) -> Self {
        Self { root, branches: (FIRST..diagrams.used).filter_map(|at| diagrams.branches(Diagram(at))).collect() }
    }

    pub(crate) fn root(&self) -> Diagram {
        self.root
    }

    pub(crate) fn branches(&self, of: Diagram) -> Option<&Branches> {
        self.branches.get(of.0.checked_sub(FIRST)? as usize)
    }

    /// What it becomes as one atom after the other gets its value.
    pub(crate) fn with(&self, mut at: Diagram, value: impl Fn(u16) -> Value) -> Diagram {
        while let Some(branches) = self.branches(at) {
            at = branches.on(value(branches.atom));
        }
        at
    }

    /// How much must be decided for each diagram to hold.
    pub(crate) fn sizes(&self) -> Sizes {
        let mut sizes = Sizes(vec![None, Some((0, 0))]);
        for branches in &self.branches {
            let decided =
                [branches.held, branches.absent].map(|at| sizes.of(at).map(|(least, most)| (least + 1, most + 1)));
            let all = decided.into_iter().chain([sizes.of(branches.unknown)]).flatten();
            let size = all.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
            sizes.0.push(size);
        }
        sizes
    }
}

/// How many atoms are decided on the ways to where a diagram holds: at least, and at most.
#[derive(Clone, Debug)]
pub(crate) struct Sizes(Vec<Option<(u32, u32)>>);

impl Sizes {
    pub(crate) fn of(&self, diagram: Diagram) -> Option<(u32, u32)> {
        self.0.get(diagram.0 as usize).copied().flatten()
    }
}

impl Branches {
    /// What follows from this answer.
    pub(crate) fn on(&self, value: Value) -> Diagram {
        match value {
            Value::Held => self.held,
            Value::Absent => self.absent,
            Value::Unknown => self.unknown,
        }
    }
}
