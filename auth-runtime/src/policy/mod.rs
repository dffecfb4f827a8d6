//! What a route demands, as one constant value, and how that value is judged.

mod audit;
mod challenges;
mod evaluate;
#[cfg(test)]
mod oracle;
mod plan;
mod spec;

pub use audit::Audit;
pub(crate) use evaluate::{CheckResults, Step, evaluate, first_failure};
pub(crate) use plan::Plan;
pub(crate) use spec::canonical_scopes;
pub use spec::{Check, ClaimValue, Hide, Policy, PolicySpec, Presence, Requirement, RouteSpec, SchemeUse};
