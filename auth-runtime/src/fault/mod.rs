//! What is wrong with a configuration or a program, for the developer or operator who must change it.

use std::error::Error;
use std::fmt;

/// Why a scheme cannot be built: what is wrong, where, and what to do about it, in one line without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misconfiguration(String);

impl Misconfiguration {
    pub(crate) fn new(fault: impl Into<String>) -> Self {
        Self(fault.into())
    }
}

impl fmt::Display for Misconfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misconfiguration {}

/// A future that is polled once more after it was ready: a mistake of whoever drives it, which would else wait for ever.
#[allow(clippy::panic, reason = "a mistake in the program, as std and futures report it")]
#[track_caller]
#[cold]
pub(crate) fn polled_after_completion() -> ! {
    panic!("polled after completion")
}
