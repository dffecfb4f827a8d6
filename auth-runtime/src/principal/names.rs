//! Sets of scopes or roles.

use std::collections::BTreeSet;
use std::fmt;

/// Names: a caller may hold hundreds, and a policy asks for one.
///
/// Their places are sorted by their last eight bytes: names that begin alike mostly end differently, so that sorting never
/// looks at the text, and searching once.
#[derive(Default)]
pub(crate) struct Names {
    /// Empty where the places are in the claims.
    own: String,
    places: Vec<NameSpan>,
}

/// Names with the text they are in.
#[derive(Clone, Copy, Default)]
pub(crate) struct NamesIn<'a> {
    text: &'a str,
    places: &'a [NameSpan],
}

/// Names as they come, to be made a set.
#[derive(Default)]
pub(crate) struct NameList(Names);

#[derive(Clone, Copy)]
struct NameSpan {
    /// The last bytes of the name.
    tail: u64,
    start: usize,
    end: usize,
}

impl NameList {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.places.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.places.len()
    }

    /// Takes out what came after the first so many.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.places.truncate(length);
    }

    /// Adds a name that stands there in the claims. A list has only such, or only others.
    pub(crate) fn add_place(&mut self, name: &str, start: usize) {
        self.0.places.push(NameSpan { tail: tail(name), start, end: start + name.len() });
    }

    pub(crate) fn add(&mut self, name: &str) {
        let start = self.0.own.len();
        self.0.own.push_str(name);
        self.add_place(name, start);
    }
}

impl From<NameList> for Names {
    fn from(NameList(mut names): NameList) -> Self {
        names.places.sort_unstable_by_key(|place| place.tail);
        names
    }
}

fn tail(name: &str) -> u64 {
    let name = name.as_bytes();
    match name.last_chunk() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => name.iter().fold(0, |tail, &byte| tail << 8 | u64::from(byte)),
    }
}

impl Names {
    /// The names, given the text of the claims.
    pub(crate) fn within<'a>(&'a self, claims: &'a str) -> NamesIn<'a> {
        NamesIn { text: if self.own.is_empty() { claims } else { &self.own }, places: &self.places }
    }

    /// Length in bytes, with the places.
    pub(crate) fn bytes(&self) -> usize {
        self.own.capacity().saturating_add(self.places.capacity().saturating_mul(size_of::<NameSpan>()))
    }
}

impl<'a> NamesIn<'a> {
    pub(crate) fn contains(self, name: &str) -> bool {
        let tail = tail(name);
        let first = self.places.partition_point(|place| place.tail < tail);
        let alike = self.places.iter().skip(first).take_while(|place| place.tail == tail);
        alike.map(|place| self.name(place)).any(|known| known == name)
    }

    /// In alphabetical order, each once.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        self.places.iter().map(move |place| self.name(place)).collect::<BTreeSet<&str>>().into_iter()
    }

    fn name(self, place: &NameSpan) -> &'a str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }
}

impl<N: AsRef<str>> FromIterator<N> for Names {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut list = NameList::default();
        names.into_iter().for_each(|name| list.add(name.as_ref()));
        list.into()
    }
}

impl fmt::Debug for NamesIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_a_set_of_strings(
            held in prop::collection::vec("[ab]{0,2}(scope:read)?[ab\\x00é]{0,9}", 0..60),
            wanted in "[ab]{0,2}(scope:read)?[ab\\x00é]{0,9}",
        ) {
            let names: Names = held.iter().collect();
            let names = names.within("");
            let known: BTreeSet<&str> = held.iter().map(String::as_str).collect();
            prop_assert!(names.iter().eq(known.iter().copied()));
            prop_assert!(known.iter().all(|name| names.contains(name)));
            prop_assert_eq!(names.contains(&wanted), known.contains(&*wanted));
        }
    }
}
