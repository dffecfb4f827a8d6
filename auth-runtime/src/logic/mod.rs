//! What conditions mean, apart from who writes them and who asks.

mod ages;
mod cheapest;
mod claims;
mod diagram;
mod drawn;

pub(crate) use ages::{AgeAtom, possible_ages};
pub(crate) use cheapest::{Costs, Price, cheapest};
pub(crate) use claims::{ClaimAtom, ClaimKind, absent, possible};
pub(crate) use diagram::{Diagram, Diagrams, Slot, Value};
pub(crate) use drawn::{Drawn, Sizes};
