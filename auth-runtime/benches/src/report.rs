//! Runs everything and writes the report: a table, JSON and a plot.

use std::{fs, io};

use auth_benches::cases::{Case, all};
use auth_benches::measured::{Allocation, BuildTime, Growth, Instruction, Load, Program, Time, Tokens};
use serde::Serialize;

use crate::bounds::{self, Bound};
use crate::run::{self, Which};
use crate::{build_time, machine, plot, table};

/// All figures.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) machine: machine::Machine,
    pub(crate) times: Vec<Time>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) allocations: Vec<Allocation>,
    pub(crate) growth: Growth,
    pub(crate) tokens: Tokens,
    pub(crate) load: Vec<Load>,
    pub(crate) build_times: Vec<BuildTime>,
    pub(crate) programs: Vec<Program>,
}

impl Measured {
    pub(crate) fn time(&self, case: Case) -> f64 {
        self.times.iter().find(|time| time.case == case).map_or(f64::NAN, |time| time.nanoseconds)
    }

    pub(crate) fn instructions(&self, case: Case) -> f64 {
        self.instructions.iter().find(|count| count.case == case).map_or(f64::NAN, |count| count.instructions)
    }

    pub(crate) fn allocations(&self, case: Case) -> f64 {
        self.allocations.iter().find(|count| count.case == case).map_or(f64::NAN, |count| count.allocations)
    }

    pub(crate) fn bytes(&self, case: Case) -> f64 {
        self.allocations.iter().find(|count| count.case == case).map_or(f64::NAN, |count| count.bytes)
    }
}

#[derive(Serialize)]
struct Json<'a> {
    measured: &'a Measured,
    bounds: &'a [Bound],
}

/// How much is measured.
pub(crate) struct Effort {
    rounds: &'static str,
    tokens: &'static str,
    load_rounds: &'static str,
    build_rounds: usize,
}

/// What the committed report was made with.
pub(crate) const FULL: Effort = Effort { rounds: "301", tokens: "1000000", load_rounds: "9", build_rounds: 7 };
/// For a look, or where the machine is not to be kept busy.
pub(crate) const QUICK: Effort = Effort { rounds: "31", tokens: "20000", load_rounds: "3", build_rounds: 1 };

/// Measures and writes; `quick` writes to the target directory, so that a committed report is always a full one.
pub(crate) fn report(effort: &Effort, quick: bool) -> io::Result<()> {
    run::build(&["times", "allocations", "gungraun-runner"], &[])?;
    let times = run::run("times", &[effort.rounds])?;
    let allocations = run::allocations()?;
    let instructions = run::instructions(Which::All)?;
    run::build(&["growth", "distinct_tokens", "load"], &["report"])?;
    let measured = Measured {
        machine: machine::Machine::this()?,
        times,
        instructions,
        allocations,
        growth: run::run("growth", &[])?,
        tokens: run::run("distinct_tokens", &[effort.tokens])?,
        load: run::run("load", &[effort.load_rounds, "2"])?,
        build_times: build_time::measure(effort.build_rounds)?,
        programs: build_time::programs()?,
    };
    if let Some(case) = all().into_iter().find(|&case| measured.time(case).is_nan() || measured.bytes(case).is_nan()) {
        return Err(io::Error::other(format!("{case:?} was not measured")));
    }
    let bounds = bounds::all(&measured);
    let directory = if quick { run::target()?.join("quick-report") } else { run::results() };
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("report.md"), table::markdown(&measured, &bounds))?;
    let json = serde_json::to_string_pretty(&Json { measured: &measured, bounds: &bounds })?;
    fs::write(directory.join("report.json"), json + "\n")?;
    plot::draw(&measured, &directory.join("times.svg"))?;
    eprintln!("{}", table::bounds(&bounds));
    Ok(())
}

/// Measures build times alone, and prints them with their bounds.
pub(crate) fn build_time(rounds: usize) -> io::Result<()> {
    let times = build_time::measure(rounds)?;
    println!("{}\n{}", table::build_times(&times), table::bounds(&bounds::build_times(&times)));
    Ok(())
}
