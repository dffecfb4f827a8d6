//! A file that a test of an application keeps: the first run writes it, a later one compares, and somebody accepts a change.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::{env, process, thread};

/// Whoever runs the test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reviewer {
    /// What the variable says by which a change is accepted.
    pub(crate) accept: Option<String>,
    pub(crate) is_ci: bool,
    /// The name of the test.
    pub(crate) test: Option<String>,
}

/// What is to be written, and told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) text: String,
    pub(crate) note: String,
}

impl Reviewer {
    /// As the environment has them; `accept` names the variable.
    pub(crate) fn of_environment(accept: &str) -> Self {
        Self {
            accept: variable(accept),
            is_ci: env::var_os("CI").is_some_and(|set| !set.is_empty()),
            test: thread::current().name().filter(|name| *name != "main").map(str::to_owned),
        }
    }

    /// What runs this test again.
    pub(crate) fn cargo_test(&self) -> String {
        let test = self.test.as_deref().map(|test| format!(" {test}")).unwrap_or_default();
        format!("cargo test{test}")
    }

    /// # Errors
    /// Where nobody reviews, nothing is accepted; `variable` names what asks for it.
    pub(crate) fn check_reviewer(&self, path: &str, variable: &str) -> Result<(), String> {
        if self.is_ci && self.accept.is_some() {
            return Err(format!(
                "`{variable}` is set where `CI` is: nobody reviews there. Accept {path} on a machine of your own, and commit it"
            ));
        }
        Ok(())
    }

    /// # Errors
    /// Where `CI` is set, a file that is missing is not written.
    pub(crate) fn check_missing(&self, path: &str) -> Result<(), String> {
        if self.is_ci {
            return Err(format!(
                "{path} is missing: run this test where `CI` is not set, read the file it writes, and commit it"
            ));
        }
        Ok(())
    }
}

/// A variable of the environment, in which a person wrote something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(OsString::into_string).map(|said| said.unwrap_or_else(|_| "?".to_owned()))
}

/// Lets `judge` compare what the file says, if it is there, and writes what was accepted.
///
/// # Panics
/// With what `judge` says where the test must fail, and when the file cannot be read or written.
#[track_caller]
#[allow(clippy::panic, reason = "an assertion of a test")]
pub(crate) fn keep(path: &Path, judge: impl FnOnce(&str, Option<&str>) -> Result<Option<Accepted>, String>) {
    let shown = path.display().to_string();
    let old = match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => panic!("{shown} cannot be read: {error}"),
    };
    match judge(&shown, old.as_deref()) {
        Ok(None) => {}
        Ok(Some(Accepted { text, note })) => {
            if let Err(error) = write(path, &text, old.is_none()) {
                panic!("{shown} cannot be written: {error}");
            }
            // Past the test harness, which shows what is printed only where a test fails.
            let _ = writeln!(io::stderr(), "\n{note}\n");
        }
        Err(message) => panic!("{message}"),
    }
}

/// Never leaves half a file, and never replaces one that came to be meanwhile.
fn write(path: &Path, text: &str, is_new: bool) -> io::Result<()> {
    if is_new {
        return File::create_new(path)?.write_all(text.as_bytes());
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", process::id()));
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}
