//! The scanner behind strict JSON.

use crate::json::{Member, Members, Name, Shape, ValueKind, ValueSpan, mark};

/// Objects and arrays within each other; realistic claims need four.
pub(crate) const DEPTH_MAX: u8 = 32;
/// Up to so many members are compared one by one; more are sorted first, or a token of many would cost their square.
const COMPARED_MAX: usize = 16;
/// Numbers this far from zero are refused: parsers disagree about where infinity begins.
pub(crate) const NUMBER_BOUND: f64 = 1e308;
/// So many digits, with a sign, are below any bound.
const DIGITS_PLAIN: usize = 18;

/// Under some of its features, which any crate of the program can turn on, serde_json takes an object with a member of such
/// a name for something else than an object.
const RESERVED: &str = "$serde_json::private::";

/// Reads RFC 8259 from left to right. Each function leaves `at` behind what it read; `None` is not strict.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// How many members one object may have.
    most: usize,
    /// Of all objects that are open, the innermost last; of the outermost they stay.
    members: Vec<Member>,
    /// The names among them that have an escape, without it, one after the other: each is unescaped once.
    unescaped: String,
    shape: Shape,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, most: usize::MAX, members: Vec::new(), unescaped: String::new(), shape: Shape::default() }
    }

    /// The members of the one object that the rest of the text is; neither it nor one within has more than `most`.
    pub(crate) fn whole_object(mut self, most: usize) -> Option<Members> {
        self.most = most;
        self.members.reserve(COMPARED_MAX);
        self.space();
        self.expect(b'{')?;
        self.object(DEPTH_MAX.checked_sub(1)?)?;
        self.space();
        (self.at == self.text.len()).then_some(Members {
            places: self.members,
            unescaped: self.unescaped,
            shape: self.shape,
        })
    }

    /// The members of an object that starts here, found to be strict before.
    pub(crate) fn inner_object(mut self) -> Option<Members> {
        self.expect(b'{')?;
        self.object(DEPTH_MAX)?;
        Some(Members { places: self.members, unescaped: self.unescaped, shape: self.shape })
    }

    /// A value with the space around it; `depth` is how many arrays and objects it may be in each other.
    #[inline]
    pub(crate) fn value(&mut self, depth: u8) -> Option<ValueSpan> {
        self.space();
        let start = self.at;
        let kind = self.bare_value(depth)?;
        let span = ValueSpan { kind, start, end: self.at };
        self.space();
        Some(span)
    }

    fn bare_value(&mut self, depth: u8) -> Option<ValueKind> {
        let start = self.at;
        Some(match self.next()? {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number(start)?,
            b'{' => {
                let (outer, unescaped) = (self.members.len(), self.unescaped.len());
                self.object(depth.checked_sub(1)?)?;
                self.members.truncate(outer);
                self.unescaped.truncate(unescaped);
                ValueKind::Object
            }
            b'[' => {
                self.array(depth.checked_sub(1)?)?;
                ValueKind::Array
            }
            b't' => self.word("rue", ValueKind::True)?,
            b'f' => self.word("alse", ValueKind::False)?,
            b'n' => self.word("ull", ValueKind::Null)?,
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
        self.shape.objects += 1;
        loop {
            self.space();
            if self.members.len() - first >= self.most {
                return None;
            }
            let name = self.name()?;
            let mark = mark(name.bytes(self.text, &self.unescaped));
            self.space();
            self.expect(b':')?;
            let value = self.value(depth)?;
            self.shape.members += 1;
            self.members.push(Member { name, value, mark });
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        distinct(self.members.get(first..)?, self.text, &self.unescaped).then_some(())
    }

    /// A name, without its escapes.
    fn name(&mut self) -> Option<Name> {
        let start = self.at + 1;
        self.expect(b'"')?;
        Some(match self.characters()? {
            ValueKind::Escaped => {
                let from = self.unescaped.len();
                self.unescaped.push_str(&self.unescape(start - 1)?);
                Name { escaped: true, start: from, end: self.unescaped.len() }
            }
            _ => Name { escaped: false, start, end: self.at - 1 },
        })
    }

    /// What follows `[`.
    fn array(&mut self, depth: u8) -> Option<()> {
        self.space();
        if self.eat(b']') {
            return Some(());
        }
        loop {
            self.value(depth)?;
            self.shape.items += 1;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// What follows the opening quote.
    fn string(&mut self) -> Option<ValueKind> {
        let start = self.at - 1;
        let kind = self.characters()?;
        if kind == ValueKind::Escaped {
            self.unescape(start)?;
        }
        Some(kind)
    }

    /// The string that was read from `start` on, without its escapes; `None` where one means nothing.
    fn unescape(&self, start: usize) -> Option<String> {
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// What follows the opening quote, up to the closing one; escapes are not judged.
    fn characters(&mut self) -> Option<ValueKind> {
        let mut kind = ValueKind::Plain;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..)?);
            match self.next()? {
                b'"' => return Some(kind),
                b'\\' => {
                    kind = ValueKind::Escaped;
                    self.next()?;
                }
                _ => return None,
            }
        }
    }

    /// A number, the first character of which was read.
    fn number(&mut self, start: usize) -> Option<ValueKind> {
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
        bounded.then_some(ValueKind::Number)
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// The rest of a word.
    fn word(&mut self, rest: &str, kind: ValueKind) -> Option<ValueKind> {
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

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
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
fn distinct(members: &[Member], text: &str, unescaped: &str) -> bool {
    let reserved = |name: &[u8]| name.starts_with(RESERVED.as_bytes());
    if members.len() <= COMPARED_MAX {
        return members.iter().enumerate().all(|(index, member)| {
            let same = |known: &&Member| known.mark == member.mark;
            let name = member.name.bytes(text, unescaped);
            !reserved(name)
                && members.iter().take(index).filter(same).all(|known| known.name.bytes(text, unescaped) != name)
        });
    }
    let mut names: Vec<_> = members.iter().map(|member| member.name.bytes(text, unescaped)).collect();
    names.sort_unstable();
    names.iter().all(|name| !reserved(name)) && names.windows(2).all(|pair| pair.first() != pair.last())
}
