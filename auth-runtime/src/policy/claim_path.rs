//! Names of claims, and the paths to claims that stand in objects.
//!
//! A path is one text, as a name is, so that the same code compares either, also while compiling: its names are joined by a control
//! character, which no name may have.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// U+001F, the unit separator.
pub(super) const SEPARATOR: char = '\u{1f}';

/// A claim by its name, or by the names that lead to it.
#[derive(Clone, Copy)]
pub(crate) struct ClaimPath<'a>(pub(crate) &'a str);

impl<'a> ClaimPath<'a> {
    /// From the outside in.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> + Clone {
        self.0.split(SEPARATOR)
    }

    fn is_name(self) -> bool {
        !self.0.contains(SEPARATOR)
    }

    /// The same as one text.
    pub(crate) fn joined(names: &[String]) -> String {
        names.join(SEPARATOR.encode_utf8(&mut [0; 4]))
    }

    /// Puts a claim there, beside what is there already.
    pub(crate) fn put(self, value: Value, into: &mut Map<String, Value>) {
        let mut names = self.names().peekable();
        let mut at = into;
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                at.insert(name.to_owned(), value);
                return;
            }
            let inner = at.entry(name).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { return };
            at = inner;
        }
    }
}

/// As the attribute says it.
impl fmt::Debug for ClaimPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_name() { self.0.fmt(f) } else { f.debug_list().entries(self.names()).finish() }
    }
}

/// A text, or an array of texts.
impl Serialize for ClaimPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_name() { serializer.serialize_str(self.0) } else { serializer.collect_seq(self.names()) }
    }
}
