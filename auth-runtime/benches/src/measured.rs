//! Figures of one case, as the binaries that measure print them.

use serde::{Deserialize, Serialize};

use crate::cases::Case;

/// How long a request takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Time {
    /// What was measured.
    pub case: Case,
    /// The median of the rounds.
    pub nanoseconds: f64,
}

/// What a request allocates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Allocation {
    /// What was measured.
    pub case: Case,
    /// How often.
    pub allocations: f64,
    /// How much.
    pub bytes: f64,
}

/// What a request executes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instruction {
    /// What was measured.
    pub case: Case,
    /// As callgrind counts them.
    pub instructions: f64,
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Requests that are counted together under callgrind.
pub const BATCH: usize = 32;
