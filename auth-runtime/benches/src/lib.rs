//! The benchmarks' subject matter: the cases, and the applications that are measured side by side.
//!
//! Each binary of this package measures one thing over the same [`cases`]: `times`, `allocations` and the benchmark
//! `instructions`; `auth-benches` runs them and writes the report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

pub mod bare;
pub mod cases;
pub mod hand_written;
pub mod httpauth;
#[cfg(feature = "report")]
pub mod load;
pub mod measured;
pub mod ours;
pub mod subject;
pub mod tokens;
