//! The lock file as text.

use std::fmt;

use super::{Entry, Lock, Section};
use crate::setting::{Effect, Setting};

/// The first lines, which say what the file is.
pub(super) const HEAD: &str = "\
# Who may call what, as it was accepted: `review::assert_matches` compares the program with it.
# Review a change of this file as you review code. To make one, change the program and do what the failing test says.
# Checks and authorities stand here by the names of their functions: what their bodies do is not seen.
";
/// What stands above what nobody has looked at.
pub(super) const UNREVIEWED: &str =
    "# ATTENTION: written as it was found, and reviewed by nobody. Read it, then delete this line.";
pub(super) const VERSION: &str = "version 1";
pub(super) const CONFIGURATION: &str = "[configuration]";
pub(super) const ROUTES: &str = "[routes]";
pub(super) const UNMOUNTED: &str = "[linked, not mounted]";
/// The heading of what holds for every scheme.
pub(super) const AUTH: &str = "auth";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        if self.is_unreviewed {
            writeln!(f, "{UNREVIEWED}")?;
        }
        writeln!(f, "{VERSION}\n\n{CONFIGURATION}")?;
        self.configuration.iter().try_for_each(|section| write!(f, "\n{section}"))?;
        writeln!(f, "\n{ROUTES}")?;
        for entry in &self.routes {
            write!(f, "\n{}\n  handler {}\n{}", entry.place, entry.handler, Body(entry))?;
        }
        if !self.unmounted.is_empty() {
            writeln!(f, "\n{UNMOUNTED}")?;
        }
        self.unmounted.iter().try_for_each(|entry| write!(f, "\n{}\n{}", entry.place, Body(entry)))
    }
}

struct Body<'a>(&'a Entry);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  rule {}", self.0.rule)?;
        because(f, self.0.because.as_deref())
    }
}

fn because(f: &mut fmt::Formatter<'_>, reason: Option<&str>) -> fmt::Result {
    reason.map_or(Ok(()), |reason| writeln!(f, "  because {reason:?}"))
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.heading())?;
        self.settings.iter().try_for_each(|setting| writeln!(f, "  {setting}"))?;
        because(f, self.because.as_deref())
    }
}

impl Section {
    pub(super) fn heading(&self) -> String {
        self.scheme.as_ref().map_or_else(|| AUTH.to_owned(), |scheme| format!("scheme {scheme}"))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.effect {
            Effect::Allows(value) => write!(f, "allows {name} {value:?}"),
            Effect::Demands(value) => write!(f, "demands {name} {value:?}"),
            Effect::AtMost(number, unit) => write!(f, "at most {name} {number} {unit}"),
            Effect::Reads(value) => write!(f, "reads {name} {value:?}"),
        }
    }
}
