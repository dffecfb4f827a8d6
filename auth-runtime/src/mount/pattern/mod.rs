//! actix-web's path patterns: which paths they match, and which of them another pattern matches too.
//!
//! A scope takes a request by its prefix and does not give it back, and the first registration that matches wins: so what
//! stands later is never asked where an earlier one matches all of its paths.

mod automaton;
#[cfg(feature = "testing")]
mod example;
mod regex;
#[cfg(test)]
mod tests;

use std::fmt;

use automaton::{Language, contains};
use regex::{Alphabet, anything, no_slash};

/// What actix-web matches paths with.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    pieces: Vec<Piece>,
    /// What is between slashes, up to the first piece that may take slashes itself; `None` where that is not fixed.
    segments: Vec<Option<String>>,
    /// Whether more segments may follow.
    more: bool,
    /// Whether it matches what is below such a path too, as a scope does.
    below: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `{name}`: some characters without a slash.
    Segment,
    /// `{name}*`: whatever is left.
    Tail,
    /// `{name:expression}`.
    Expression(String),
}

/// Why a pattern is refused although actix-web takes it: it matches something else than it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatternFault {
    /// actix-web panics on it too.
    Malformed,
    /// `/files*`: actix-web drops what follows the last slash-free name, and matches something else.
    TailUnnamed,
    /// `{tail}*` in the path of a scope.
    TailInPrefix,
    /// `%C3%A9` where paths have been decoded.
    Encoded,
}

impl PatternFault {
    /// The fault, and what to write instead.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => {
                "has a `{` without its `}`, or a regular expression before a `*`; close it, or drop the `*`"
            }
            Self::TailUnnamed => "ends with a `*` that has no name, which actix-web drops; write `{tail}*`",
            Self::TailInPrefix => "is a prefix and has a tail, which leaves nothing to what is below it; drop the tail",
            Self::Encoded => {
                "is percent-encoded, but actix-web decodes paths before it compares them; write the character itself"
            }
        }
    }
}

/// Whether a registration can answer beside those before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// For some path it is the first.
    Open,
    /// Each of its paths is matched by one of these before it.
    Hidden(Vec<usize>),
    /// A regular expression, or too many of them, stand in the way of an answer.
    Undecided(usize),
}

impl Default for Pattern {
    fn default() -> Self {
        Self::new(String::new(), Vec::new(), false)
    }
}

impl Pattern {
    /// The pattern of a resource or route.
    pub(crate) fn exact(path: &str) -> Result<Self, PatternFault> {
        Self::parse(path, false)
    }

    /// The pattern of a scope.
    pub(crate) fn prefix(path: &str) -> Result<Self, PatternFault> {
        let pattern = Self::parse(path, true)?;
        if pattern.pieces.contains(&Piece::Tail) { Err(PatternFault::TailInPrefix) } else { Ok(pattern) }
    }

    /// What a scope without a path matches.
    pub(crate) fn everything() -> Self {
        Self::new(String::new(), Vec::new(), true)
    }

    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it matches the same paths as `other`, going by how both are written.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.repeats(other) && other.repeats(self)
    }

    /// `inner` within a scope of this prefix.
    pub(crate) fn join(&self, inner: &Self) -> Self {
        let mut pieces = self.pieces.clone();
        for piece in &inner.pieces {
            match (pieces.last_mut(), piece) {
                (Some(Piece::Literal(last)), Piece::Literal(more)) => last.push_str(more),
                _ => pieces.push(piece.clone()),
            }
        }
        Self::new(format!("{}{}", self.text, inner.text), pieces, inner.below)
    }

    fn new(text: String, pieces: Vec<Piece>, below: bool) -> Self {
        let mut segments = vec![Some(String::new())];
        let mut more = below;
        for piece in &pieces {
            match piece {
                Piece::Literal(literal) => {
                    let mut parts = literal.split('/');
                    if let (Some(Some(last)), Some(first)) = (segments.last_mut(), parts.next()) {
                        last.push_str(first);
                    }
                    segments.extend(parts.map(|part| Some(part.to_owned())));
                }
                Piece::Segment => _ = segments.last_mut().map(Option::take),
                Piece::Tail | Piece::Expression(_) => {
                    segments.pop();
                    more = true;
                    break;
                }
            }
        }
        Self { text, pieces, segments, more, below }
    }

    /// Reads a pattern as actix-router 0.5 does.
    fn parse(path: &str, below: bool) -> Result<Self, PatternFault> {
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        let text = format!("{slash}{path}");
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, _)) = rest.split_once('{') {
            let (literal, dynamic) = rest.split_at(before.len());
            push_literal(&mut pieces, literal)?;
            let (piece, after) = dynamic_piece(dynamic).ok_or(PatternFault::Malformed)?;
            pieces.push(piece);
            rest = after;
        }
        if rest.ends_with('*') {
            return Err(PatternFault::TailUnnamed);
        }
        push_literal(&mut pieces, rest)?;
        Ok(Self::new(text, pieces, below))
    }

    /// Whether a registration of this pattern can answer where those of `earlier` stand before it.
    pub(crate) fn covered_by(&self, earlier: &[&Self]) -> Cover {
        let near: Vec<(usize, &Self)> = earlier
            .iter()
            .enumerate()
            .filter(|(_, other)| self.may_meet(other))
            .map(|(i, other)| (i, *other))
            .collect();
        if near.is_empty() {
            return Cover::Open;
        }
        if let Some((index, _)) = near.iter().find(|(_, other)| other.repeats(self)) {
            return Cover::Hidden(vec![*index]);
        }
        let mut undecided = None;
        for (index, other) in &near {
            match self.within(&[*other]) {
                Some(true) => return Cover::Hidden(vec![*index]),
                Some(false) => {}
                None => undecided = undecided.or(Some(*index)),
            }
        }
        let together = |some: &[(usize, &Self)]| {
            self.within(&some.iter().map(|(_, other)| *other).collect::<Vec<_>>()) == Some(true)
        };
        if near.len() > 1 && together(&near) {
            let mut needed = near;
            for index in (0..needed.len()).rev() {
                let mut fewer = needed.clone();
                fewer.remove(index);
                if together(&fewer) {
                    needed = fewer;
                }
            }
            return Cover::Hidden(needed.into_iter().map(|(index, _)| index).collect());
        }
        undecided.map_or(Cover::Open, Cover::Undecided)
    }

    /// Whether these patterns match all paths that this one matches.
    fn within(&self, others: &[&Self]) -> Option<bool> {
        let mut decided = None;
        let written = others.iter().chain([&self]).flat_map(|pattern| &pattern.pieces);
        let engines: &[Alphabet] = if written.into_iter().any(|piece| matches!(piece, Piece::Expression(_))) {
            &[Alphabet::Ascii, Alphabet::Unicode]
        } else {
            &[Alphabet::Ascii]
        };
        for &alphabet in engines {
            // What is not looked into may be anything here and nothing there, at worst.
            let inner = self.language(alphabet, Some(Language::any_number_of(anything())));
            let outer: Vec<Language> = others.iter().filter_map(|other| other.language(alphabet, None)).collect();
            let sure = contains(&Language::Either(outer), &inner?)?;
            if *decided.get_or_insert(sure) != sure {
                return None;
            }
        }
        if decided == Some(false) && self.perhaps_within(others)? {
            return None;
        }
        decided
    }

    /// The same, where what is not looked into is taken for a segment here and for anything there.
    fn perhaps_within(&self, others: &[&Self]) -> Option<bool> {
        if !others.iter().chain([&self]).any(|pattern| pattern.language(Alphabet::Ascii, None).is_none()) {
            return Some(false);
        }
        let inner = self.language(Alphabet::Ascii, Some(Language::some_of(no_slash())));
        let anything = || Some(Language::any_number_of(anything()));
        let outer = others.iter().filter_map(|other| other.language(Alphabet::Unicode, anything())).collect();
        contains(&Language::Either(outer), &inner?)
    }

    /// The paths that it matches; `None` where that hangs on an expression that is not looked into and `unknown` does not
    /// stand in for it.
    fn language(&self, alphabet: Alphabet, unknown: Option<Language>) -> Option<Language> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Some(Language::literal(text)),
            Piece::Segment => Some(Language::some_of(no_slash())),
            Piece::Tail => Some(Language::any_number_of(anything())),
            Piece::Expression(expression) => regex::language(expression, alphabet).or_else(|| unknown.clone()),
        });
        let mut pieces: Vec<Language> = pieces.collect::<Option<_>>()?;
        if self.below {
            let below = vec![Language::literal("/"), Language::any_number_of(anything())];
            pieces.push(Language::Repeated(Box::new(Language::Sequence(below)), 0, Some(1)));
        }
        Some(Language::Sequence(pieces))
    }

    /// Whether it is written as `other` is, but for the names: then no expression need be looked into.
    fn repeats(&self, other: &Self) -> bool {
        match other.pieces.strip_prefix(self.pieces.as_slice()) {
            Some([]) => self.below || !other.below,
            Some([Piece::Literal(next), ..]) => self.below && next.starts_with('/'),
            _ => false,
        }
    }

    /// A quick look at fixed segments: most patterns of an application have no path in common.
    fn may_meet(&self, other: &Self) -> bool {
        let fits = |one: &Self, other: &Self| one.more || one.segments.len() >= other.segments.len();
        let mut both = self.segments.iter().zip(&other.segments);
        fits(self, other) && fits(other, self) && both.all(|pair| !matches!(pair, (Some(a), Some(b)) if a != b))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What stands in braces at the beginning of `pattern`, and what follows.
fn dynamic_piece(pattern: &str) -> Option<(Piece, &str)> {
    let mut depth = 0_usize;
    let end = pattern.find(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    let (within, after) = (pattern.get(1..end)?, pattern.get(end + 1..)?);
    match (within.split_once(':'), after) {
        (Some(_), "*") => None,
        (Some((_, expression)), _) => Some((Piece::Expression(expression.to_owned()), after)),
        (None, "*") => Some((Piece::Tail, "")),
        (None, _) => Some((Piece::Segment, after)),
    }
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) -> Result<(), PatternFault> {
    if text.split('%').skip(1).any(is_decoded) {
        return Err(PatternFault::Encoded);
    }
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
    Ok(())
}

/// Whether actix-web decodes the escape whose digits `after` begins with: it leaves `%25`, `%2F` and `%2B` as they are.
fn is_decoded(after: &str) -> bool {
    let byte = after.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()).is_some_and(|byte| !b"%/+".contains(&byte))
}
