//! Runs all benchmarks and writes the report, or guards against regressions.
//!
//! `report` writes `results/`; `build-time` prints its part of it; `guard` compares instruction counts and allocations with `results/guard.json`.
#![allow(clippy::print_stdout)]

mod bounds;
mod build_time;
mod generated;
mod guard;
mod machine;
mod plot;
mod report;
mod run;
mod table;

use std::process::ExitCode;

const USAGE: &str = "usage: auth-benches report [--quick] | build-time ROUNDS | guard [--bless]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["report"] => report::report(&report::FULL, false).map(|()| Vec::new()),
        ["report", "--quick"] => report::report(&report::QUICK, true).map(|()| Vec::new()),
        ["build-time", rounds] => match rounds.parse() {
            Ok(rounds) => report::build_time(rounds).map(|()| Vec::new()),
            Err(_) => return usage(),
        },
        ["guard"] => guard::guard(false),
        ["guard", "--bless"] => guard::guard(true),
        _ => return usage(),
    };
    match outcome {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("auth-benches: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::FAILURE
}
