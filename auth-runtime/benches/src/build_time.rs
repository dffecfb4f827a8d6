//! How long a crate of 300 protected handlers takes to check, and how large its program becomes.
//!
//! The crates are written to the target directory and built there, with the versions of the workspace's lock file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, io};

use auth_benches::measured::{BuildTime, median};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::generated::{CRATES, Generated};
use crate::run;

/// Handlers in each crate.
pub(crate) const HANDLERS: usize = 300;

/// Builds all of them in interleaved rounds.
pub(crate) fn measure(rounds: usize) -> io::Result<Vec<BuildTime>> {
    eprintln!("measuring build times");
    let workspace = Workspace::write()?;
    // Everything but the crates themselves.
    run::succeed(workspace.cargo().args(["check", "--quiet", "--workspace"]))?;
    let mut spent: Vec<[Vec<Spent>; 2]> = CRATES.iter().map(|_| Default::default()).collect();
    for round in 0..rounds {
        for (generated, [clean, incremental]) in CRATES.iter().zip(&mut spent) {
            run::succeed(workspace.cargo().args(["clean", "--quiet", "--package", generated.name]))?;
            clean.push(workspace.check(generated)?);
            workspace.edit(generated, round)?;
            incremental.push(workspace.check(generated)?);
        }
    }
    let sizes = CRATES.iter().map(|generated| workspace.binary_bytes(generated)).collect::<io::Result<Vec<_>>>()?;
    let figures = CRATES.iter().zip(spent).zip(sizes).map(|((generated, [clean, incremental]), binary_bytes)| {
        let wall = |times: &[Spent]| median(times.iter().map(|spent| spent.wall).collect());
        let cpu = |times: &[Spent]| median(times.iter().map(|spent| spent.cpu).collect());
        BuildTime {
            what: generated.title.into(),
            clean_milliseconds: wall(&clean),
            clean_cpu_milliseconds: cpu(&clean),
            incremental_milliseconds: wall(&incremental),
            incremental_cpu_milliseconds: cpu(&incremental),
            binary_bytes,
        }
    });
    Ok(figures.collect())
}

/// Milliseconds.
struct Spent {
    wall: f64,
    cpu: f64,
}

/// The workspace of the generated crates.
struct Workspace {
    directory: PathBuf,
    target: PathBuf,
}

impl Workspace {
    fn write() -> io::Result<Self> {
        let target = run::target()?;
        let directory = target.join("build-time");
        let names: Vec<String> = CRATES.iter().map(|generated| format!("{:?}", generated.name)).collect();
        let root = fs::read_to_string(run::root().join("Cargo.toml"))?;
        // With the same profiles, the dependencies that are built already serve here too.
        let profiles = root.find("[profile.").and_then(|start| root.get(start..)).unwrap_or_default();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n{profiles}", names.join(", "));
        for generated in &CRATES {
            fs::create_dir_all(directory.join(generated.name).join("src"))?;
            fs::write(directory.join(generated.name).join("Cargo.toml"), generated.manifest())?;
            fs::write(directory.join(generated.name).join("src/main.rs"), generated.program(HANDLERS, 0))?;
        }
        fs::write(directory.join("Cargo.toml"), manifest)?;
        fs::copy(run::root().join("Cargo.lock"), directory.join("Cargo.lock"))?;
        fs::copy(run::root().join("rust-toolchain.toml"), directory.join("rust-toolchain.toml"))?;
        Ok(Self { directory, target })
    }

    fn cargo(&self) -> Command {
        let mut command = run::cargo();
        command.current_dir(&self.directory).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "1");
        command
    }

    fn check(&self, generated: &Generated) -> io::Result<Spent> {
        let before = children_milliseconds()?;
        let start = Instant::now();
        run::succeed(self.cargo().args(["check", "--quiet", "--offline", "--package", generated.name]))?;
        let wall = start.elapsed().as_secs_f64() * 1000.0;
        Ok(Spent { wall, cpu: children_milliseconds()? - before })
    }

    /// Changes the body of one handler in the middle.
    fn edit(&self, generated: &Generated, round: usize) -> io::Result<()> {
        fs::write(self.source(generated), generated.program(HANDLERS, round + 1))
    }

    fn source(&self, generated: &Generated) -> PathBuf {
        self.directory.join(generated.name).join("src/main.rs")
    }

    fn binary_bytes(&self, generated: &Generated) -> io::Result<u64> {
        let mut command = self.cargo();
        command.args(["rustc", "--quiet", "--release", "--package", generated.name, "--", "-C", "strip=symbols"]);
        run::succeed(&mut command)?;
        Ok(fs::metadata(Path::new(&self.target).join("release").join(generated.name))?.len())
    }
}

/// Processor time of all child processes that have ended.
fn children_milliseconds() -> io::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1000.0)
}
