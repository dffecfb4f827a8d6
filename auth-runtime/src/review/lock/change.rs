//! What has changed since somebody accepted it, and for whom.

/// Everything that has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) changes: Vec<Change>,
}

/// What has changed in one place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: ChangeName,
    /// Which part of the file it is in.
    pub(super) part: Part,
    /// The first line of its paragraph.
    pub(super) place: String,
    /// What it says there, before and now.
    pub(super) lines: Vec<String>,
    pub(super) notes: Vec<Note>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ChangeName {
    /// Somebody is let in who was not, or sees what they did not.
    Weaker,
    /// Both weaker and stronger, or neither.
    Other,
    New,
    Gone,
    Stronger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Configuration,
    Routes,
    Unmounted,
}

/// What follows from a change, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) bearing: Bearing,
    pub(super) words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// Lets more in.
    Opens,
    /// Keeps more out.
    Closes,
    /// Nobody can tell.
    Unclear,
    /// Changes nobody's access.
    Neutral,
}

impl Note {
    pub(super) fn opens(words: impl Into<String>) -> Self {
        Self { bearing: Bearing::Opens, words: words.into() }
    }

    pub(super) fn closes(words: impl Into<String>) -> Self {
        Self { bearing: Bearing::Closes, words: words.into() }
    }

    pub(super) fn unclear(words: impl Into<String>) -> Self {
        Self { bearing: Bearing::Unclear, words: words.into() }
    }

    pub(super) fn neutral(words: impl Into<String>) -> Self {
        Self { bearing: Bearing::Neutral, words: words.into() }
    }
}

impl ChangeName {
    /// Of a change in one place.
    pub(super) fn of(notes: &[Note]) -> Self {
        let has = |wanted| notes.iter().any(|note| note.bearing == wanted);
        match (has(Bearing::Opens), has(Bearing::Closes), has(Bearing::Unclear)) {
            (true, false, false) => Self::Weaker,
            (false, true, false) => Self::Stronger,
            _ => Self::Other,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Weaker => "WEAKER",
            Self::Other => "other",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Stronger => "stronger",
        }
    }
}

impl Change {
    /// Whether somebody may be let in who was not, so that a person says why.
    pub(super) fn needs_reason(&self) -> bool {
        self.notes.iter().any(|note| matches!(note.bearing, Bearing::Opens | Bearing::Unclear))
    }
}

impl Difference {
    pub(super) fn needs_reason(&self) -> bool {
        self.changes.iter().any(Change::needs_reason)
    }
}
