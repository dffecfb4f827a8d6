//! How long a crate of protected handlers takes to build, and how large its program becomes.
//!
//! The crates are written to the target directory and built there, with the versions of the workspace's lock file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, io};

use auth_benches::measured::{Build, BuildTime, Profile, Program, median};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::generated::{CRATES, Generated};
use crate::run;

/// Handlers in the crates that the bounds speak of.
pub(crate) const HANDLERS: usize = 300;

/// What is measured: the builds with bounds, then more handlers, and a whole program.
const BUILDS: [Build; 4] = [
    Build { command: "check", handlers: HANDLERS, profile: Profile::Workspace },
    Build { command: "check", handlers: HANDLERS, profile: Profile::Default },
    Build { command: "check", handlers: 1000, profile: Profile::Default },
    Build { command: "build", handlers: HANDLERS, profile: Profile::Default },
];

/// Builds all of them in interleaved rounds.
pub(crate) fn measure(rounds: usize) -> io::Result<Vec<BuildTime>> {
    let times = BUILDS.into_iter().map(|build| times(build, rounds)).collect::<io::Result<Vec<_>>>()?;
    Ok(times.concat())
}

/// How large the programs are.
pub(crate) fn programs() -> io::Result<Vec<Program>> {
    let workspace = Workspace::write(Profile::Workspace, HANDLERS)?;
    let program =
        |generated: &Generated| Ok(Program { what: generated.title, bytes: workspace.program_bytes(generated)? });
    CRATES.iter().map(program).collect()
}

fn times(build: Build, rounds: usize) -> io::Result<Vec<BuildTime>> {
    eprintln!("measuring build times: {build:?}");
    let workspace = Workspace::write(build.profile, build.handlers)?;
    // Everything but the crates themselves.
    run::succeed(workspace.cargo().args([build.command, "--quiet", "--workspace"]))?;
    let mut spent: Vec<[Vec<Spent>; 2]> = CRATES.iter().map(|_| Default::default()).collect();
    for round in 0..rounds {
        for (generated, [clean, incremental]) in CRATES.iter().zip(&mut spent) {
            run::succeed(workspace.cargo().args(["clean", "--quiet", "--package", generated.name]))?;
            clean.push(workspace.spent(build.command, generated)?);
            // The body of one handler in the middle changes.
            workspace.write_program(generated, build.handlers, round + 1)?;
            incremental.push(workspace.spent(build.command, generated)?);
        }
    }
    let figures = CRATES.iter().zip(spent).map(|(generated, [clean, incremental])| {
        let wall = |times: &[Spent]| median(times.iter().map(|spent| spent.wall).collect());
        let cpu = |times: &[Spent]| median(times.iter().map(|spent| spent.cpu).collect());
        BuildTime {
            build,
            what: generated.title,
            clean_milliseconds: wall(&clean),
            clean_cpu_milliseconds: cpu(&clean),
            incremental_milliseconds: wall(&incremental),
            incremental_cpu_milliseconds: cpu(&incremental),
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
    fn write(profile: Profile, handlers: usize) -> io::Result<Self> {
        let target = run::target()?;
        let directory = target.join("build-time").join(match profile {
            Profile::Workspace => "workspace",
            Profile::Default => "default",
        });
        let names: Vec<String> = CRATES.iter().map(|generated| format!("{:?}", generated.name)).collect();
        let profiles = match profile {
            Profile::Workspace => profiles()?,
            Profile::Default => String::new(),
        };
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n{profiles}", names.join(", "));
        for generated in &CRATES {
            fs::create_dir_all(directory.join(generated.name).join("src"))?;
            fs::write(directory.join(generated.name).join("Cargo.toml"), generated.manifest())?;
        }
        fs::write(directory.join("Cargo.toml"), manifest)?;
        fs::copy(run::root().join("Cargo.lock"), directory.join("Cargo.lock"))?;
        fs::copy(run::root().join("rust-toolchain.toml"), directory.join("rust-toolchain.toml"))?;
        let workspace = Self { directory, target };
        CRATES.iter().try_for_each(|generated| workspace.write_program(generated, handlers, 0))?;
        Ok(workspace)
    }

    fn cargo(&self) -> Command {
        let mut command = run::cargo();
        command.current_dir(&self.directory).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "1");
        command
    }

    fn spent(&self, command: &str, generated: &Generated) -> io::Result<Spent> {
        let before = children_milliseconds()?;
        let start = Instant::now();
        run::succeed(self.cargo().args([command, "--quiet", "--offline", "--package", generated.name]))?;
        let wall = start.elapsed().as_secs_f64() * 1000.0;
        Ok(Spent { wall, cpu: children_milliseconds()? - before })
    }

    fn write_program(&self, generated: &Generated, handlers: usize, edition: usize) -> io::Result<()> {
        let source = self.directory.join(generated.name).join("src/main.rs");
        fs::write(source, generated.program(handlers, edition))
    }

    fn program_bytes(&self, generated: &Generated) -> io::Result<u64> {
        let mut command = self.cargo();
        command.args(["rustc", "--quiet", "--release", "--package", generated.name, "--", "-C", "strip=symbols"]);
        run::succeed(&mut command)?;
        Ok(fs::metadata(Path::new(&self.target).join("release").join(generated.name))?.len())
    }
}

/// The workspace's own, so that the dependencies that are built already serve here too.
fn profiles() -> io::Result<String> {
    let root = fs::read_to_string(run::root().join("Cargo.toml"))?;
    Ok(root.find("[profile.").and_then(|start| root.get(start..)).unwrap_or_default().to_owned())
}

/// Processor time of all child processes that have ended.
fn children_milliseconds() -> io::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1000.0)
}
