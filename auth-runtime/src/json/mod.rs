//! JSON as a token may contain it: one object, no member twice at any depth, nesting bounded, nothing after it.
//!
//! RFC 7515 section 4 and RFC 7519 section 4 demand it of names: where two parsers pick different ones of two equal members,
//! what was checked is not what is used. Names are compared after unescaping, so `"\u0061lg"` is `"alg"`.
//!
//! [`Scanner`] goes over the text once and keeps the members of the outermost object as places in it; what lies deeper was
//! checked then and is read where somebody asks for it. Whatever it accepts, serde_json accepts with the same meaning, which
//! the tests hold it to; the rare string with an escape is left to serde_json altogether.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};
use zeroize::Zeroize;

use self::scanner::{DEPTH_MAX, Scanner};

mod read;
mod scanner;
#[cfg(test)]
pub(crate) mod tests;

/// The text was no such object. Why is told to nobody: the text is an attacker's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotStrict;

/// A value in its text, known to be strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json<'a> {
    /// In which it is, as a whole.
    text: &'a str,
    span: ValueSpan,
}

/// Where a value stands, with its quotes or brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ValueSpan {
    kind: ValueKind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    Null,
    False,
    True,
    Number,
    /// What is between the quotes is the value.
    Plain,
    /// Something in it is escaped.
    Escaped,
    Array,
    Object,
}

/// The most members that an object may have, at any depth.
pub(crate) const MEMBERS_MAX: usize = 512;

/// The members of an object, each name once.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    text: &'a str,
    members: Cow<'a, Members>,
}

/// Where the members of an object stand in its text, to be kept beside it.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    places: Vec<Member>,
    /// Their names that have an escape in the text, without it.
    unescaped: String,
    shape: Shape,
}

/// What a text consists of, at all depths: by this it is known how much memory it takes once it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Those that are not empty.
    pub(crate) objects: u32,
    pub(crate) members: u32,
    /// Of arrays.
    pub(crate) items: u32,
}

impl Members {
    /// Parses the whole text as one strict object.
    pub(crate) fn parse(text: &str) -> Result<Self, NotStrict> {
        Scanner::new(text, 0).whole_object(MEMBERS_MAX).ok_or(NotStrict)
    }

    /// The object, given the text that was parsed.
    pub(crate) fn within<'a>(&'a self, text: &'a str) -> Object<'a> {
        Object { text, members: Cow::Borrowed(self) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Member {
    name: Name,
    value: ValueSpan,
    /// Tells most names apart at once.
    mark: usize,
}

/// Where a name stands without its quotes: in the text, or among the unescaped ones.
#[derive(Clone, Copy, Debug)]
struct Name {
    escaped: bool,
    start: usize,
    end: usize,
}

impl<'a> Object<'a> {
    /// Parses the whole text as one strict object.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NotStrict> {
        Self::of_at_most(MEMBERS_MAX, text)
    }

    /// The same, with another bound on how many members it may have.
    pub(crate) fn of_at_most(members: usize, text: &'a str) -> Result<Self, NotStrict> {
        let members = Scanner::new(text, 0).whole_object(members).ok_or(NotStrict)?;
        Ok(Self { text, members: Cow::Owned(members) })
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        let mark = mark(name.as_bytes());
        let Members { places, unescaped, .. } = &*self.members;
        let is = |member: &&Member| member.mark == mark && member.name.bytes(self.text, unescaped) == name.as_bytes();
        let member = places.iter().find(is)?;
        Some(Json { text: self.text, span: member.value })
    }

    /// Each member: its name, where that starts in the text unless something in it is escaped, and its value.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Option<usize>, Json<'a>)> {
        let Members { places, unescaped, .. } = &*self.members;
        places.iter().map(move |member| {
            let name = member.name.str(self.text, unescaped);
            let start = (!member.name.escaped).then_some(member.name.start);
            (name, start, Json { text: self.text, span: member.value })
        })
    }

    pub(crate) fn shape(&self) -> Shape {
        self.members.shape
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl Name {
    #[inline]
    fn bytes<'a>(&self, text: &'a str, unescaped: &'a str) -> &'a [u8] {
        let within = if self.escaped { unescaped } else { text };
        within.as_bytes().get(self.start..self.end).unwrap_or_default()
    }

    fn str<'a>(&self, text: &'a str, unescaped: &'a str) -> &'a str {
        let within = if self.escaped { unescaped } else { text };
        within.get(self.start..self.end).unwrap_or_default()
    }
}

/// Length, first and last byte.
#[inline]
fn mark(name: &[u8]) -> usize {
    match name {
        [first, .., last] => name.len() << 16 | usize::from(*first) << 8 | usize::from(*last),
        [only] => usize::from(*only),
        [] => 0,
    }
}

impl<'a> Json<'a> {
    /// The value of a string.
    pub(crate) fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.span.kind {
            ValueKind::Plain => self.text.get(self.plain_range()?).map(Cow::Borrowed),
            ValueKind::Escaped => serde_json::from_str(self.as_written()).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// Where the value of a string is in the text, if it needs no unescaping.
    pub(crate) fn plain_range(&self) -> Option<Range<usize>> {
        (self.span.kind == ValueKind::Plain).then_some(self.span.start + 1..self.span.end - 1)
    }

    /// A number, as written.
    pub(crate) fn as_number(&self) -> Option<&'a str> {
        (self.span.kind == ValueKind::Number).then(|| self.as_written())
    }

    pub(crate) fn is_null(&self) -> bool {
        self.span.kind == ValueKind::Null
    }

    /// Neither null nor false, nor a string, an array or an object with nothing in it.
    pub(crate) fn says_something(&self) -> bool {
        match self.span.kind {
            ValueKind::Null | ValueKind::False => false,
            ValueKind::True | ValueKind::Number | ValueKind::Escaped => true,
            ValueKind::Plain => self.span.end - self.span.start > 2,
            ValueKind::Array => self.items().is_some_and(|mut items| items.next().is_some()),
            ValueKind::Object => self.object().is_some_and(|object| object.members().next().is_some()),
        }
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn is_true(&self) -> bool {
        self.span.kind == ValueKind::True
    }

    /// A member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        self.object()?.get(name)
    }

    /// The members of an object.
    pub(crate) fn object(&self) -> Option<Object<'a>> {
        if self.span.kind != ValueKind::Object {
            return None;
        }
        let members = Scanner::new(self.text, self.span.start).inner_object()?;
        Some(Object { text: self.text, members: Cow::Owned(members) })
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = Self>> {
        let text = self.text;
        let mut scanner = Scanner::new(text, self.span.start + 1);
        (self.span.kind == ValueKind::Array).then(|| {
            std::iter::from_fn(move || {
                scanner.eat(b',');
                scanner.value(DEPTH_MAX).map(|span| Self { text, span })
            })
        })
    }

    /// Its text.
    pub(crate) fn as_written(&self) -> &'a str {
        self.text.get(self.span.start..self.span.end).unwrap_or_default()
    }
}

/// Parses the whole text as one strict object, owned.
pub(crate) fn object(text: &[u8]) -> Result<Map<String, Value>, NotStrict> {
    let text = str::from_utf8(text).map_err(|_| NotStrict)?;
    Object::parse(text)?;
    serde_json::from_str(text).map_err(|_| NotStrict)
}

/// An object with a secret in it, overwritten when dropped.
pub(crate) struct Secret(pub(crate) Map<String, Value>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Overwrites all strings within; depth is bounded by the parser.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
