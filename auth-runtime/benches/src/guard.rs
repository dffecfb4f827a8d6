//! The guard against regressions: instruction counts and allocations against the committed ones.
//!
//! Both are steady where times are not. Instructions may differ by [`TOLERANCE`] either way, allocations and their bytes
//! not at all: an improvement is to be recorded too, with `guard --bless`.

use std::collections::BTreeMap;
use std::{fs, io};

use auth_benches::cases::{Case, Contender, guarded};
use serde::{Deserialize, Serialize};

use crate::run::{self, Which};

/// As a share of the committed count.
const TOLERANCE: f64 = 0.03;

/// What a request of a case costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Figures {
    instructions: f64,
    allocations: f64,
    bytes: f64,
}

type Baseline = BTreeMap<String, Figures>;

/// Measures and compares; `bless` records instead. The faults, one a line.
pub(crate) fn guard(bless: bool) -> io::Result<Vec<String>> {
    let file = run::results().join("guard.json");
    run::build(&["allocations", "gungraun-runner"], &[])?;
    let measured = measure()?;
    if bless {
        fs::write(&file, serde_json::to_string_pretty(&measured)? + "\n")?;
        return Ok(Vec::new());
    }
    let committed: Baseline = serde_json::from_slice(&fs::read(&file)?)?;
    let mut faults = compare(&committed, &measured);
    if !faults.is_empty() {
        if faults.iter().any(|fault| fault.contains("/bare: ")) {
            faults.push("the bare handler changed too: a dependency, the compiler or the processor did".into());
        }
        faults.push("if this is meant: `cargo run --release -p auth-benches -- guard --bless`, and commit".into());
    }
    Ok(faults)
}

fn measure() -> io::Result<Baseline> {
    let guarded = guarded();
    let instructions = run::instructions(Which::Guarded)?;
    let allocations = run::allocations()?;
    let mut baseline = Baseline::new();
    for case in guarded {
        let instruction = instructions.iter().find(|figure| figure.case == case);
        let allocation = allocations.iter().find(|figure| figure.case == case);
        let (Some(instruction), Some(allocation)) = (instruction, allocation) else {
            return Err(io::Error::other(format!("`{}` was not measured", name(case))));
        };
        let figures = Figures {
            instructions: instruction.instructions.round(),
            allocations: allocation.allocations,
            bytes: allocation.bytes,
        };
        baseline.insert(name(case), figures);
    }
    Ok(baseline)
}

fn name(case: Case) -> String {
    let contender = match case.contender {
        Contender::Bare => "bare",
        Contender::FirstSight => "first sight",
        Contender::Repeated => "repeated",
        Contender::HandWritten | Contender::Httpauth | Contender::HttpauthExtractor => "alternative",
    };
    format!("{}/{contender}", case.situation.title())
}

fn compare(committed: &Baseline, measured: &Baseline) -> Vec<String> {
    let mut faults = Vec::new();
    for (case, before) in committed {
        let Some(now) = measured.get(case) else {
            faults.push(format!("{case}: no longer measured"));
            continue;
        };
        let change = now.instructions / before.instructions - 1.0;
        if change.abs() > TOLERANCE {
            let verdict = if change > 0.0 { "more" } else { "fewer" };
            faults.push(format!(
                "{case}: {} instructions, {:.1} % {verdict} than the {} committed (±{:.0} % allowed)",
                now.instructions,
                change.abs() * 100.0,
                before.instructions,
                TOLERANCE * 100.0
            ));
        }
        if (now.allocations, now.bytes) != (before.allocations, before.bytes) {
            faults.push(format!(
                "{case}: {} allocations of {} bytes, committed are {} of {}",
                now.allocations, now.bytes, before.allocations, before.bytes
            ));
        }
    }
    let new = measured.keys().filter(|case| !committed.contains_key(*case));
    faults.extend(new.map(|case| format!("{case}: measured, but not committed")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(instructions: f64, allocations: f64) -> Baseline {
        BTreeMap::from([("HS256/bare".into(), Figures { instructions, allocations, bytes: 100.0 })])
    }

    #[test]
    fn what_stays_within_the_tolerance_passes() {
        assert_eq!(compare(&one(1000.0, 3.0), &one(1029.0, 3.0)), Vec::<String>::new());
        assert_eq!(compare(&one(1000.0, 3.0), &one(971.0, 3.0)), Vec::<String>::new());
    }

    #[test]
    fn each_change_beyond_it_is_a_fault() {
        let slower = compare(&one(1000.0, 3.0), &one(1040.0, 3.0));
        assert_eq!(slower, ["HS256/bare: 1040 instructions, 4.0 % more than the 1000 committed (±3 % allowed)"]);
        assert_eq!(compare(&one(1000.0, 3.0), &one(900.0, 3.0)).len(), 1);
        assert_eq!(
            compare(&one(1000.0, 3.0), &one(1000.0, 4.0)),
            ["HS256/bare: 4 allocations of 100 bytes, committed are 3 of 100"]
        );
        assert_eq!(compare(&one(1000.0, 3.0), &Baseline::new()), ["HS256/bare: no longer measured"]);
        assert_eq!(compare(&Baseline::new(), &one(1000.0, 3.0)), ["HS256/bare: measured, but not committed"]);
    }
}
