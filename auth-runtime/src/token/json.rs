//! JSON as a token may contain it: one object, no member twice at any depth, nesting bounded, nothing after it.
//!
//! RFC 7515 section 4 and RFC 7519 section 4 demand it of names: where two parsers pick different ones of two equal members,
//! what was checked is not what is used. Names are compared after unescaping, so `"\u0061lg"` is `"alg"`.
//!
//! [`Scanner`] goes over the text once and keeps the members of the outermost object as places in it; what lies deeper was
//! checked then and is read where somebody asks for it. Whatever it accepts, serde_json accepts with the same meaning, which
//! the tests hold it to; the rare string with an escape is left to serde_json altogether.

use std::borrow::Cow;

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

/// A value as written, known to be strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json<'a> {
    kind: Kind,
    text: &'a str,
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
pub(crate) struct Object<'a>(Vec<Member<'a>>);

#[derive(Clone, Copy, Debug)]
struct Member<'a> {
    name: Json<'a>,
    value: Json<'a>,
    /// Tells most names apart at once.
    mark: usize,
}

impl<'a> Object<'a> {
    /// Parses the whole text as one strict object.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NotStrict> {
        let mut scanner = Scanner { members: Vec::with_capacity(COMPARED_MAX), ..Scanner::new(text) };
        scanner.whole_object().ok_or(NotStrict)?;
        Ok(Self(scanner.members))
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        let mark = mark(name);
        self.0.iter().find(|member| member.is(mark, name)).map(|member| member.value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl Member<'_> {
    #[inline]
    fn is(&self, mark: usize, name: &str) -> bool {
        self.mark == mark && self.name.inner() == name || self.mark == MARK_ESCAPED && self.is_unescaped(name)
    }

    #[cold]
    fn is_unescaped(&self, name: &str) -> bool {
        self.name.as_str().is_some_and(|known| known == name)
    }
}

/// Length, first and last byte.
#[inline]
fn mark(name: &str) -> usize {
    match name.as_bytes() {
        [first, .., last] => name.len() << 16 | usize::from(*first) << 8 | usize::from(*last),
        [only] => usize::from(*only),
        [] => 0,
    }
}

/// Instead of the mark, where the name is escaped.
const MARK_ESCAPED: usize = usize::MAX;

impl<'a> Json<'a> {
    /// The value of a string.
    pub(crate) fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Plain => Some(Cow::Borrowed(self.inner())),
            Kind::Escaped => serde_json::from_str(self.text).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// Whatever it is.
    pub(crate) fn as_written(&self) -> &'a str {
        self.text
    }

    /// A number, as written.
    pub(crate) fn as_number(&self) -> Option<&'a str> {
        (self.kind == Kind::Number).then_some(self.text)
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn is_true(&self) -> bool {
        self.kind == Kind::True
    }

    /// A member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        match self.kind {
            Kind::Object => Object::parse(self.text).ok()?.get(name),
            _ => None,
        }
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = Self>> {
        let mut scanner = Scanner { at: 1, ..Scanner::new(self.text) };
        (self.kind == Kind::Array).then(|| {
            std::iter::from_fn(move || {
                scanner.eat(b',');
                scanner.value(DEPTH_MAX)
            })
        })
    }

    /// Without the first and the last character.
    fn inner(&self) -> &'a str {
        self.text.get(1..self.text.len() - 1).unwrap_or_default()
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
    members: Vec<Member<'a>>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, members: Vec::new() }
    }

    fn whole_object(&mut self) -> Option<()> {
        self.space();
        self.expect(b'{')?;
        self.object(DEPTH_MAX.checked_sub(1)?)?;
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    /// A value with the space around it; `depth` is how many arrays and objects it may be in each other.
    #[inline]
    fn value(&mut self, depth: u8) -> Option<Json<'a>> {
        self.space();
        let start = self.at;
        let kind = self.bare_value(depth)?;
        let text = self.since(start)?;
        self.space();
        Some(Json { kind, text })
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
            let name = Json { kind, text: self.since(start)? };
            self.space();
            self.expect(b':')?;
            let value = self.value(depth)?;
            let mark = if kind == Kind::Plain { mark(name.inner()) } else { MARK_ESCAPED };
            self.members.push(Member { name, value, mark });
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        distinct(self.members.get(first..)?).then_some(())
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
            Kind::Escaped => serde_json::from_str::<String>(self.since(start)?).is_ok().then_some(kind),
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
        let number = self.since(start)?;
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

    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
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
fn distinct(members: &[Member<'_>]) -> bool {
    if members.len() <= COMPARED_MAX && members.iter().all(|member| member.mark != MARK_ESCAPED) {
        return members.iter().enumerate().all(|(index, member)| {
            let name = member.name.inner();
            !name.starts_with(RESERVED) && members.iter().take(index).all(|known| !known.is(member.mark, name))
        });
    }
    let mut names: Vec<_> = members.iter().filter_map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    names.iter().all(|name| !name.starts_with(RESERVED)) && names.windows(2).all(|pair| pair.first() != pair.last())
}
