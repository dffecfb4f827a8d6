//! What the figures were measured on.

use std::io;
use std::process::Command;
use std::thread;

use serde::Serialize;

use crate::run;

/// Processor and compiler.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) compiler: String,
    pub(crate) valgrind: String,
}

impl Machine {
    pub(crate) fn this() -> io::Result<Self> {
        let said = |program: &str| {
            run::succeed(Command::new(program).arg("--version").current_dir(run::root()))
                .map(|output| String::from_utf8_lossy(&output).trim().to_owned())
        };
        let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let named = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
        Ok(Self {
            processor: named.trim_start_matches([' ', '\t', ':']).to_owned(),
            cores: thread::available_parallelism()?.get(),
            compiler: said("rustc")?,
            valgrind: said("valgrind")?,
        })
    }
}
