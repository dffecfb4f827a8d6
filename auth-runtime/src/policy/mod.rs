//! What a route demands, as one constant value, and how that value is judged.

mod age;
mod built_in;
pub(crate) mod check;
mod claim_path;
mod evaluate;
mod hierarchy;
mod limit;
pub(crate) mod meaning;
#[cfg(test)]
pub(crate) mod oracle;
pub(crate) mod proof;
mod read;
pub(crate) mod registry;
mod requirement;
mod route_spec;
pub(crate) mod rule;
pub(crate) mod spec;
mod strength;
mod word;
mod words;
mod written;

pub use crate::grant::Standalone;
pub use age::MaxAge;
pub(crate) use built_in::{Conveyed, built_in};
pub(crate) use claim_path::ClaimPath;
pub(crate) use evaluate::{CheckResults, Demand, Finding, Standard, Step};
pub(crate) use hierarchy::{Hierarchies, Hierarchy};
pub use limit::{Limit, LimitBy};
pub(crate) use read::{Reader, Unreadable};
pub use requirement::{Check, ClaimValue, Requirement};
pub(crate) use requirement::{canonical_scopes, conditions};
pub use route_spec::RouteSpec;
pub(crate) use rule::{Rule, SchemeName};
pub(crate) use spec::{DetailsUse, Sole};
pub use spec::{Hide, Policy, PolicySpec, Presence, SchemeUse};
pub(crate) use strength::{AcrOrders, StepUp, classes_of_all};
pub(crate) use word::Variant;
pub use word::Word;
pub(crate) use words::Vocabulary;
pub(crate) use written::condition;
