//! One decision for one request: who calls, whether they may, and what a refusal says.

mod admission;
mod after;
mod ask;
mod audit;
mod challenges;
pub(crate) mod check;
mod choice;
mod configured;
pub(crate) mod decision;
mod described;
mod explain;
pub(crate) mod findings;
mod heard;
pub(crate) mod hidden;
mod limit;
pub(crate) mod nested;
pub(crate) mod observation;
mod operation;
mod owed;
pub(crate) mod plan;
mod quota;
mod refuse;
pub(crate) mod rehearse;
mod settings;
mod table;
mod verify;
mod waiting;

pub use admission::Answered;
pub(crate) use admission::{Admission, Admitted, Asked, Attempted, Terms};
pub(crate) use audit::Audience;
pub use audit::{AuditLog, Decision, DecisionOutcome};
pub(crate) use configured::{AuthoritySource, ConfiguredScheme, LoaderOfDetails};
#[cfg(feature = "testing")]
pub(crate) use nested::was_hidden;
pub(crate) use owed::Eventual;
pub(crate) use plan::Plan;
pub(crate) use settings::{LeftInRequests, Settings};
pub(crate) use table::Plans;
