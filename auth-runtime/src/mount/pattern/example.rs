//! A path that a pattern matches.

use super::automaton::Language;
use super::regex::{self, Alphabet};
use super::{Pattern, Piece};

impl Pattern {
    /// A short path that it matches, as a request names it; `None` where that hangs on an expression that is not looked into.
    pub(crate) fn example(&self) -> Option<String> {
        let mut path = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => path.push_str(text),
                Piece::Segment | Piece::Tail => path.push('1'),
                Piece::Expression(expression) => regex::language(expression, Alphabet::Ascii)?.example(&mut path)?,
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        Some(path.chars().map(encoded).collect())
    }
}

/// As a URL holds it.
fn encoded(character: char) -> String {
    if character.is_ascii_graphic() && !"\"#<>?[\\]^`{|}".contains(character) {
        return character.into();
    }
    let mut bytes = [0; 4];
    character.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Language {
    /// Adds one of its texts.
    fn example(&self, to: &mut String) -> Option<()> {
        match self {
            Self::OneOf(ranges) => {
                let has = |wanted: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&wanted));
                let plain = || ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("-_.~".chars());
                to.push(['1'].into_iter().chain(plain()).find(|character| has(*character))?);
            }
            Self::Sequence(parts) => parts.iter().try_for_each(|part| part.example(to))?,
            Self::Either(choices) => {
                let before = to.len();
                choices.iter().find_map(|choice| {
                    to.truncate(before);
                    choice.example(to)
                })?;
            }
            Self::Repeated(_, _, Some(0)) => {}
            Self::Repeated(each, least, _) => {
                for _ in 0..(*least).max(1) {
                    each.example(to)?;
                }
            }
        }
        Some(())
    }
}
