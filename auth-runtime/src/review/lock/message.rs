//! What has changed, told to a person in a hurry.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::Lock;
use super::change::{Change, Difference, Part};
use crate::crypto::Hex;

impl Difference {
    /// By which this change is accepted, and no other.
    pub(super) fn hash(old: &Lock, new: &Lock) -> String {
        let digest =
            Sha256::new().chain_update(old.to_string()).chain_update("\0").chain_update(new.to_string()).finalize();
        let mut hash = Hex(&digest).to_string();
        hash.truncate(12);
        hash
    }

    /// How many changes there are, and how many of them let somebody in.
    pub(super) fn count(&self) -> String {
        let [all, opening] = [self.changes.len(), self.changes.iter().filter(|change| change.needs_reason()).count()];
        let changes = if all == 1 { "1 change".to_owned() } else { format!("{all} changes") };
        match opening {
            0 if all == 1 => format!("{changes}, which lets in nobody new"),
            0 => format!("{changes}, which let in nobody new"),
            1 if all == 1 => format!("{changes}, which may let in somebody new"),
            _ => format!("{changes}, of which {opening} may let in somebody new"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, change) in self.changes.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            change.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Configuration => "  (configuration)",
            Part::Unmounted => "  (not mounted)",
            Part::Routes => "",
        };
        writeln!(f, "  {:9} {}{part}", self.name.word(), self.place)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{:12}{line}", ""))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "{:12}=>    {}", "", note.words))
    }
}
