//! Runs all benchmarks and writes the report, or guards against regressions.
//!
//! `report` writes `results/`; `guard` compares instruction counts and allocations with `results/guard.json`.
#![allow(clippy::print_stdout)]

mod guard;
mod run;

use std::process::ExitCode;

const USAGE: &str = "usage: auth-benches report [--quick] | guard [--bless]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["guard"] => guard::guard(false),
        ["guard", "--bless"] => guard::guard(true),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
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
