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

/// What grows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// With the number of routes.
    pub routes: Vec<Point>,
    /// With the number of keys.
    pub keys: Vec<Point>,
    /// With the number of scopes.
    pub scopes: Vec<Point>,
}

/// What the number of distinct tokens changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tokens {
    /// With so many, the fewest first.
    pub points: Vec<TokenPoint>,
    /// What they may take of memory.
    pub cache_bytes: usize,
}

/// How long a request takes at a size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Point {
    /// Who answers.
    pub what: String,
    /// How many routes, keys or scopes.
    pub size: usize,
    /// The median of the rounds.
    pub nanoseconds: f64,
}

/// How long a request takes once so many distinct tokens were seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenPoint {
    /// How many.
    pub size: usize,
    /// A token never seen before.
    pub new_nanoseconds: f64,
    /// The same, as a multiple of the bare handler's.
    pub new_over_bare: f64,
    /// The same, as a multiple of the hand-written extractor's.
    pub new_over_hand_written: f64,
    /// The same token for the second time.
    pub second_nanoseconds: f64,
    /// The same, as a multiple of the hand-written extractor's.
    pub second_over_hand_written: f64,
    /// A token of the last thousand.
    pub recent_nanoseconds: f64,
    /// The same, as a multiple of the bare handler's.
    pub recent_over_bare: f64,
    /// What the process has grown by.
    pub resident_bytes: u64,
}

/// Requests per second over loopback.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Load {
    /// Who answers.
    pub what: String,
    /// The median of the rounds.
    pub requests_per_second: f64,
}

/// With which settings cargo builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// This workspace's: dependencies, and so the macros, are optimized.
    Workspace,
    /// Cargo's own, which is what users have: nothing is.
    Default,
}

/// One way to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// `check` or `build`.
    pub command: &'static str,
    /// Handlers in the crate.
    pub handlers: usize,
    /// The settings.
    pub profile: Profile,
}

impl Build {
    /// For a table's first column.
    pub fn title(self) -> String {
        let profile = match self.profile {
            Profile::Workspace => "macros optimized",
            Profile::Default => "cargo's default profile",
        };
        format!("`cargo {}` of {} handlers, {profile}", self.command, self.handlers)
    }
}

/// How long cargo takes for a crate of protected handlers whose dependencies are built.
#[derive(Clone, Debug, Serialize)]
pub struct BuildTime {
    /// How it was built.
    pub build: Build,
    /// How the handlers are protected.
    pub what: &'static str,
    /// After the crate's own results were removed: wall clock, the median of interleaved rounds.
    pub clean_milliseconds: f64,
    /// The same in processor time, which other work on the machine disturbs less.
    pub clean_cpu_milliseconds: f64,
    /// After one handler's body was changed.
    pub incremental_milliseconds: f64,
    /// The same in processor time.
    pub incremental_cpu_milliseconds: f64,
}

/// The release build, stripped.
#[derive(Clone, Debug, Serialize)]
pub struct Program {
    /// How the handlers are protected.
    pub what: &'static str,
    /// Its file.
    pub bytes: u64,
}
