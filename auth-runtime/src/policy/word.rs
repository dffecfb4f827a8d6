//! A word that a policy asks for: a scope, a role, the name or the text of a claim.

use std::fmt;

use serde::{Serialize, Serializer};

/// A scope, a role, or the name or text of a claim, as a policy asks for it: a text, or what a variant of an enum of the
/// application's stands for.
#[derive(Clone, Copy)]
pub struct Word(Said);

#[derive(Clone, Copy)]
enum Said {
    Text(&'static str),
    /// A constant cannot call `Into`, so that the word is asked for when it is used.
    Variant {
        /// The variant as written, and in further lines where.
        origin: &'static str,
        word: fn() -> &'static str,
    },
}

impl Word {
    /// The word itself.
    pub fn as_str(&self) -> &'static str {
        match self.0 {
            Said::Text(text) => text,
            Said::Variant { word, .. } => word(),
        }
    }

    #[doc(hidden)]
    pub const fn text(text: &'static str) -> Self {
        Self(Said::Text(text))
    }

    /// Generated code passes a closure that captures nothing.
    #[doc(hidden)]
    pub const fn variant(origin: &'static str, word: fn() -> &'static str) -> Self {
        Self(Said::Variant { origin, word })
    }

    pub(crate) const fn is_variant(&self) -> bool {
        matches!(self.0, Said::Variant { .. })
    }

    /// The text, or the variant with where it stands, which is all that is known of it while compiling.
    pub(crate) const fn written(&self) -> &'static str {
        match self.0 {
            Said::Text(text) => text,
            Said::Variant { origin, .. } => origin,
        }
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Word {}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What can stand for a word in a policy: a variant of an enum that is `Into<&'static str>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which word it stands for",
    label = "not `Into<&'static str>`",
    note = "derive `strum::IntoStaticStr` for `{Self}`, or write `impl From<{Self}> for &'static str`",
    note = "a path whose last name is in capitals, as `scopes::READ`, is a constant of type `&'static str`"
)]
pub trait Variant {
    /// The word.
    fn word(self) -> &'static str;
}

#[diagnostic::do_not_recommend]
impl<T: Into<&'static str>> Variant for T {
    fn word(self) -> &'static str {
        self.into()
    }
}
