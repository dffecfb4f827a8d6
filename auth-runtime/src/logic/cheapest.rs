//! The simplest of those for whom a condition holds.

use super::diagram::{Diagram, Diagrams, Value};

/// What each answer about one atom adds to the description of somebody. An atom that is not asked adds nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price {
    pub(crate) held: u32,
    pub(crate) absent: u32,
    pub(crate) unknown: u32,
}

impl Price {
    pub(crate) const FREE: Self = Self { held: 0, absent: 0, unknown: 0 };
    /// Of a scope or a role: as a rule it is known which there are.
    pub(crate) const NAME: Self = Self { held: 1, absent: 0, unknown: 1000 };
    /// Of a claim: mostly it is not there.
    pub(crate) const CLAIM: Self = Self { held: 1, absent: 1, unknown: 0 };
    /// Of somebody's consent.
    pub(crate) const CHECK: Self = Self { held: 1, absent: 1, unknown: 1000 };

    /// The answer that costs least.
    fn least(self) -> Value {
        if self.absent <= self.unknown { Value::Absent } else { Value::Unknown }
    }

    const fn of(prices: &[Self], atom: u16) -> Self {
        match prices.split_at_checked(atom as usize) {
            Some((_, [price, ..])) => *price,
            _ => Self::FREE,
        }
    }
}

/// The least that must be said of somebody, by diagram.
pub(crate) struct Costs<'m> {
    costs: &'m [u32],
    prices: &'m [Price],
}

impl<'m> Costs<'m> {
    /// Works out all of them, in memory of as many places as there are slots.
    pub(crate) const fn new(of: &Diagrams<'_>, costs: &'m mut [u32], prices: &'m [Price]) -> Self {
        // What a diagram branches into was made before it.
        let mut at = Diagram::ALWAYS.0 + 1;
        while at < of.used {
            let found = Costs { costs, prices };
            let cost = match found.best(of, Diagram(at)) {
                Some((cost, ..)) => cost,
                None => u32::MAX,
            };
            if let Some((_, [place, ..])) = costs.split_at_mut_checked(at as usize) {
                *place = cost;
            }
            at += 1;
        }
        Self { costs, prices }
    }

    /// The next thing to be said of the simplest caller for whom this holds, and what must hold besides. `None` at the end.
    pub(crate) const fn next(&self, of: &Diagrams<'_>, at: Diagram) -> Option<(u16, Value, Diagram)> {
        match self.best(of, at) {
            Some((_, atom, value, rest)) => Some((atom, value, rest)),
            None => None,
        }
    }

    const fn best(&self, of: &Diagrams<'_>, at: Diagram) -> Option<(u32, u16, Value, Diagram)> {
        let Some(branches) = of.branches(at) else { return None };
        let price = Price::of(self.prices, branches.atom);
        // Of two that are alike, the one who has what was written first.
        let mut best = (self.cost(branches.held, price.held), branches.atom, Value::Held, branches.held);
        let absent = self.cost(branches.absent, price.absent);
        if absent < best.0 {
            best = (absent, branches.atom, Value::Absent, branches.absent);
        }
        let unknown = self.cost(branches.unknown, price.unknown);
        if unknown < best.0 {
            best = (unknown, branches.atom, Value::Unknown, branches.unknown);
        }
        Some(best)
    }

    const fn cost(&self, of: Diagram, added: u32) -> u32 {
        if of.is(Diagram::NEVER) {
            return u32::MAX;
        }
        match self.costs.split_at_checked(of.0 as usize) {
            Some((_, [cost, ..])) => added.saturating_add(*cost),
            _ => added,
        }
    }
}

/// What is to be said of the simplest caller for whom this holds. That something is absent is left out where it is as good as not
/// known, and costs nothing.
pub(crate) fn cheapest(of: &Diagrams<'_>, root: Diagram, prices: &[Price]) -> Vec<(u16, Value)> {
    let mut memory = vec![0; of.used as usize];
    let costs = Costs::new(of, &mut memory, prices);
    let (mut said, mut at) = (Vec::new(), root);
    while let Some((atom, value, rest)) = costs.next(of, at) {
        said.push((atom, value));
        at = rest;
    }
    let matters = |&(free, value): &(u16, Value)| {
        let otherwise = |atom: u16| match said.iter().find(|(known, _)| *known == atom) {
            Some(_) if atom == free => Value::Unknown,
            Some((_, value)) => *value,
            None => Price::of(prices, atom).least(),
        };
        let mut at = root;
        while let Some(branches) = of.branches(at) {
            at = branches.on(otherwise(branches.atom));
        }
        value != Value::Absent || Price::of(prices, free).absent > 0 || at.is(Diagram::NEVER)
    };
    said.iter().filter(|said| matters(said)).copied().collect()
}
