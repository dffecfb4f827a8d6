//! Building and running the binaries that measure.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use auth_benches::cases::{self, Case};
use auth_benches::measured::{Allocation, BATCH, Instruction};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Which cases callgrind runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// All.
    All,
    /// The guarded ones.
    Guarded,
}

/// Builds binaries of this package.
pub(crate) fn build(binaries: &[&str], features: &[&str]) -> io::Result<()> {
    let mut command = cargo();
    command.args(["build", "--release", "--package", "auth-benches"]);
    binaries.iter().for_each(|binary| {
        command.args(["--bin", binary]);
    });
    features.iter().for_each(|feature| {
        command.args(["--features", feature]);
    });
    succeed(&mut command).map(drop)
}

/// Runs one of them and reads what it prints.
pub(crate) fn run<T: DeserializeOwned>(binary: &str, arguments: &[&str]) -> io::Result<T> {
    eprintln!("measuring {binary}");
    let output = succeed(Command::new(binaries()?.join(binary)).args(arguments))?;
    Ok(serde_json::from_slice(&output)?)
}

/// Allocations of all cases.
pub(crate) fn allocations() -> io::Result<Vec<Allocation>> {
    run("allocations", &[])
}

/// Instructions, as callgrind counts them.
pub(crate) fn instructions(which: Which) -> io::Result<Vec<Instruction>> {
    eprintln!("measuring instructions");
    let runner = binaries()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(runner).chain(env::split_paths(&path))).map_err(io::Error::other)?;
    let mut command = cargo();
    command.env("PATH", path);
    command.args(["bench", "--quiet", "--package", "auth-benches", "--bench", "instructions", "--"]);
    command.args(["--output-format=json", "--nosummary", "--callgrind-args=--cache-sim=no", "--parallel=auto"]);
    if which == Which::Guarded {
        command.arg("*::guarded_*");
    }
    let output = succeed(&mut command)?;
    serde_json::Deserializer::from_slice(&output).into_iter::<Summary>().map(|summary| summary?.figure()).collect()
}

/// Gungraun's summary of one benchmark, as far as it is read.
#[derive(Deserialize)]
struct Summary {
    id: String,
    profiles: Vec<serde_json::Value>,
}

impl Summary {
    fn figure(&self) -> io::Result<Instruction> {
        let count = self.profiles.iter().find_map(|profile| {
            profile.pointer("/data/total/metrics/Ir/values/new").and_then(serde_json::Value::as_f64)
        });
        match (self.case(), count) {
            (Some(case), Some(count)) => Ok(Instruction { case, instructions: count / BATCH as f64 }),
            _ => Err(io::Error::other(format!("no instruction count for `{}`", self.id))),
        }
    }

    fn case(&self) -> Option<Case> {
        let (group, index) = self.id.rsplit_once('_')?;
        let cases = if group == "guarded" { cases::guarded() } else { cases::others() };
        cases.get(index.parse::<usize>().ok()?).copied()
    }
}

/// Runs a command and returns what it prints.
pub(crate) fn succeed(command: &mut Command) -> io::Result<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(io::Error::other(format!("{command:?}: {}", output.status)))
    }
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where the committed results are.
pub(crate) fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

/// Where cargo put this binary and its siblings.
fn binaries() -> io::Result<PathBuf> {
    let this = env::current_exe()?;
    Ok(this.parent().map(Path::to_path_buf).unwrap_or_default())
}

/// Cargo's target directory.
pub(crate) fn target() -> io::Result<PathBuf> {
    Ok(binaries()?.parent().map(Path::to_path_buf).unwrap_or_default())
}
