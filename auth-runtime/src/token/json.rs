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

#[cfg(test)]
pub(super) mod tests;

/// Objects and arrays within each other; realistic claims need four.
const DEPTH_MAX: u8 = 32;
/// Up to so many members are compared one by one; more are sorted first, or a token of many would cost their square.
const COMPARED_MAX: usize = 16;
/// Numbers this far from zero are refused: parsers disagree about where infinity begins.
const NUMBER_BOUND: f64 = 1e308;
/// So many digits, with a sign, are below any bound.
const DIGITS_PLAIN: usize = 18;

/// Under some of its features, which any crate of the program can turn on, serde_json takes an object with a member of such
/// a name for something else than an object.
const RESERVED: &str = "$serde_json::private::";

/// The text was no such object. Why is told to nobody: the text is an attacker's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotStrict;

/// A value in its text, known to be strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json<'a> {
    /// In which it is, as a whole.
    text: &'a str,
    place: Place,
}

/// Where a value stands, with its quotes or brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    kind: Kind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
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

/// The members of an object, each name once.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    text: &'a str,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    name: Place,
    value: Place,
    /// Tells most names apart at once.
    mark: usize,
}

impl<'a> Object<'a> {
    /// Parses the whole text as one strict object.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NotStrict> {
        let mut scanner = Scanner { text, at: 0, members: Vec::with_capacity(COMPARED_MAX) };
        scanner.whole_object().ok_or(NotStrict)?;
        Ok(Self { text, members: scanner.members })
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        let mark = mark(name.as_bytes());
        let member = self.members.iter().find(|member| member.is(mark, name, self.text))?;
        Some(Json { text: self.text, place: member.value })
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl Member {
    #[inline]
    fn is(&self, mark: usize, name: &str, text: &str) -> bool {
        self.mark == mark && self.name.inner(text) == name.as_bytes()
            || self.mark == MARK_ESCAPED && self.is_unescaped(name, text)
    }

    #[cold]
    fn is_unescaped(&self, name: &str, text: &str) -> bool {
        self.name(text).is_some_and(|known| known == name)
    }

    fn name<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        Json { text, place: self.name }.as_str()
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

/// Instead of the mark, where the name is escaped.
const MARK_ESCAPED: usize = usize::MAX;

impl Place {
    /// What is between the quotes.
    #[inline]
    fn inner<'a>(&self, text: &'a str) -> &'a [u8] {
        text.as_bytes().get(self.start + 1..self.end - 1).unwrap_or_default()
    }
}

impl<'a> Json<'a> {
    /// The value of a string.
    pub(crate) fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.place.kind {
            Kind::Plain => self.text.get(self.plain_range()?).map(Cow::Borrowed),
            Kind::Escaped => serde_json::from_str(self.as_written()).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// Where the value of a string is in the text, if it needs no unescaping.
    pub(crate) fn plain_range(&self) -> Option<Range<usize>> {
        (self.place.kind == Kind::Plain).then_some(self.place.start + 1..self.place.end - 1)
    }

    /// A number, as written.
    pub(crate) fn as_number(&self) -> Option<&'a str> {
        (self.place.kind == Kind::Number).then(|| self.as_written())
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn is_true(&self) -> bool {
        self.place.kind == Kind::True
    }

    /// A member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        if self.place.kind != Kind::Object {
            return None;
        }
        let mut scanner = Scanner { text: self.text, at: self.place.start + 1, members: Vec::new() };
        scanner.object(DEPTH_MAX)?;
        Object { text: self.text, members: scanner.members }.get(name)
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = Self>> {
        let text = self.text;
        let mut scanner = Scanner { text, at: self.place.start + 1, members: Vec::new() };
        (self.place.kind == Kind::Array).then(|| {
            std::iter::from_fn(move || {
                scanner.eat(b',');
                scanner.value(DEPTH_MAX).map(|place| Self { text, place })
            })
        })
    }

    fn as_written(&self) -> &'a str {
        self.text.get(self.place.start..self.place.end).unwrap_or_default()
    }
}

/// Parses the whole text as one strict object, owned.
pub(crate) fn object(text: &[u8]) -> Result<Map<String, Value>, NotStrict> {
    let text = str::from_utf8(text).map_err(|_| NotStrict)?;
    Object::parse(text)?;
    serde_json::from_str(text).map_err(|_| NotStrict)
}

/// An object with a secret in it, overwritten when dropped.
pub(super) struct Secret(pub(super) Map<String, Value>);

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

/// Reads RFC 8259 from left to right. Each function leaves `at` behind what it read; `None` is not strict.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Of all objects that are open, the innermost last; of the outermost they stay.
    members: Vec<Member>,
}

impl Scanner<'_> {
    fn whole_object(&mut self) -> Option<()> {
        self.space();
        self.expect(b'{')?;
        self.object(DEPTH_MAX.checked_sub(1)?)?;
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    /// A value with the space around it; `depth` is how many arrays and objects it may be in each other.
    #[inline]
    fn value(&mut self, depth: u8) -> Option<Place> {
        self.space();
        let start = self.at;
        let kind = self.bare_value(depth)?;
        let place = Place { kind, start, end: self.at };
        self.space();
        Some(place)
    }

    fn bare_value(&mut self, depth: u8) -> Option<Kind> {
        let start = self.at;
        Some(match self.next()? {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number(start)?,
            b'{' => {
                let outer = self.members.len();
                self.object(depth.checked_sub(1)?)?;
                self.members.truncate(outer);
                Kind::Object
            }
            b'[' => {
                self.array(depth.checked_sub(1)?)?;
                Kind::Array
            }
            b't' => self.word("rue", Kind::True)?,
            b'f' => self.word("alse", Kind::False)?,
            b'n' => self.word("ull", Kind::Null)?,
            _ => return None,
        })
    }

    /// What follows `{`; adds the members.
    fn object(&mut self, depth: u8) -> Option<()> {
        let first = self.members.len();
        self.space();
        if self.eat(b'}') {
            return Some(());
        }
        loop {
            self.space();
            let start = self.at;
            self.expect(b'"')?;
            let kind = self.string()?;
            let name = Place { kind, start, end: self.at };
            let mark = if kind == Kind::Plain { mark(name.inner(self.text)) } else { MARK_ESCAPED };
            self.space();
            self.expect(b':')?;
            let value = self.value(depth)?;
            self.members.push(Member { name, value, mark });
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        distinct(self.members.get(first..)?, self.text).then_some(())
    }

    /// What follows `[`.
    fn array(&mut self, depth: u8) -> Option<()> {
        self.space();
        if self.eat(b']') {
            return Some(());
        }
        loop {
            self.value(depth)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// What follows the opening quote.
    fn string(&mut self) -> Option<Kind> {
        let start = self.at - 1;
        let mut kind = Kind::Plain;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..)?);
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    kind = Kind::Escaped;
                    self.next()?;
                }
                _ => return None,
            }
        }
        match kind {
            Kind::Escaped => serde_json::from_str::<String>(self.text.get(start..self.at)?).is_ok().then_some(kind),
            _ => Some(kind),
        }
    }

    /// A number, the first character of which was read.
    fn number(&mut self, start: usize) -> Option<Kind> {
        self.at = start;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        let mut integer = true;
        if self.eat(b'.') {
            integer = false;
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            integer = false;
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let number = self.text.get(start..self.at)?;
        let bounded = (integer && number.len() <= DIGITS_PLAIN)
            || number.parse().is_ok_and(|number: f64| number.abs() < NUMBER_BOUND);
        bounded.then_some(Kind::Number)
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// The rest of a word.
    fn word(&mut self, rest: &str, kind: Kind) -> Option<Kind> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(rest.as_bytes());
        self.at += rest.len();
        found.then_some(kind)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// How many bytes there are before the first that means something within a string: a quote, a backslash, a control
/// character. Eight at a time, for most of a token's claims are strings.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    // The lowest byte that is below `bound`, which no carry from another has reached, has its highest bit set.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    let (words, _) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let found = below(word, 0x20) | below(quote, 1) | below(backslash, 1);
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let read = words.len() * 8;
    let rest = text.get(read..).unwrap_or_default();
    read + rest.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

/// No name twice, however it was escaped, and none that is [`RESERVED`].
fn distinct(members: &[Member], text: &str) -> bool {
    if members.len() <= COMPARED_MAX && members.iter().all(|member| member.mark != MARK_ESCAPED) {
        return members.iter().enumerate().all(|(index, member)| {
            let same = |known: &&Member| known.mark == member.mark;
            let name = member.name.inner(text);
            !name.starts_with(RESERVED.as_bytes())
                && members.iter().take(index).filter(same).all(|known| known.name.inner(text) != name)
        });
    }
    let mut names: Vec<_> = members.iter().filter_map(|member| member.name(text)).collect();
    names.sort_unstable();
    names.iter().all(|name| !name.starts_with(RESERVED)) && names.windows(2).all(|pair| pair.first() != pair.last())
}
