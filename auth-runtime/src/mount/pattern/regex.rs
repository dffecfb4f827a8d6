//! The regular expressions of `{name:expression}`.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, RepetitionKind, RepetitionRange,
};

use super::automaton::{Language, next, previous};

/// Whether `\d`, `\s` and `\w` know ASCII only: actix-web has two engines, by its feature `unicode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Ascii,
    /// Letters, digits and spaces of all scripts: every character beyond ASCII counts as each of them.
    Unicode,
}

/// The language of an expression; `None` for what is not looked into: assertions, flags, classes by Unicode property.
pub(super) fn language(expression: &str, alphabet: Alphabet) -> Option<Language> {
    Reader { alphabet }.language(&Parser::new().parse(expression).ok()?)
}

type Ranges = Vec<(char, char)>;

struct Reader {
    alphabet: Alphabet,
}

impl Reader {
    fn language(&self, ast: &Ast) -> Option<Language> {
        Some(match ast {
            Ast::Empty(_) => Language::Sequence(Vec::new()),
            Ast::Literal(literal) => Language::OneOf(vec![(literal.c, literal.c)]),
            // actix lets it match a line feed too.
            Ast::Dot(_) => anything(),
            Ast::ClassPerl(class) => Language::OneOf(self.perl(class)),
            Ast::ClassBracketed(class) => {
                let ranges = self.set(&class.kind)?;
                Language::OneOf(if class.negated { negated(&ranges) } else { ranges })
            }
            Ast::Repetition(repetition) => {
                let (least, most) = match &repetition.op.kind {
                    RepetitionKind::ZeroOrOne => (0, Some(1)),
                    RepetitionKind::ZeroOrMore => (0, None),
                    RepetitionKind::OneOrMore => (1, None),
                    RepetitionKind::Range(RepetitionRange::Exactly(times)) => (*times, Some(*times)),
                    RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least, None),
                    RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
                };
                Language::Repeated(Box::new(self.language(&repetition.ast)?), least, most)
            }
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => return None,
                _ => self.language(&group.ast)?,
            },
            Ast::Alternation(choices) => Language::Either(self.all(&choices.asts)?),
            Ast::Concat(parts) => Language::Sequence(self.all(&parts.asts)?),
            Ast::Flags(_) | Ast::Assertion(_) | Ast::ClassUnicode(_) => return None,
        })
    }

    fn all(&self, asts: &[Ast]) -> Option<Vec<Language>> {
        asts.iter().map(|ast| self.language(ast)).collect()
    }

    fn set(&self, set: &ClassSet) -> Option<Ranges> {
        match set {
            ClassSet::Item(item) => self.item(item).map(sorted),
            ClassSet::BinaryOp(_) => None,
        }
    }

    fn item(&self, item: &ClassSetItem) -> Option<Ranges> {
        Some(match item {
            ClassSetItem::Empty(_) => Vec::new(),
            ClassSetItem::Literal(literal) => vec![(literal.c, literal.c)],
            ClassSetItem::Range(range) => vec![(range.start.c, range.end.c)],
            ClassSetItem::Perl(class) => self.perl(class),
            ClassSetItem::Bracketed(class) => {
                let ranges = self.set(&class.kind)?;
                if class.negated { negated(&ranges) } else { ranges }
            }
            ClassSetItem::Union(union) => {
                let items: Option<Vec<Ranges>> = union.items.iter().map(|item| self.item(item)).collect();
                items?.concat()
            }
            ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) => return None,
        })
    }

    fn perl(&self, class: &ClassPerl) -> Ranges {
        let mut ranges = match class.kind {
            ClassPerlKind::Digit => vec![('0', '9')],
            ClassPerlKind::Space => vec![('\t', '\r'), (' ', ' ')],
            ClassPerlKind::Word => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        };
        if self.alphabet == Alphabet::Unicode {
            ranges.push(('\u{80}', char::MAX));
        }
        if class.negated { negated(&ranges) } else { ranges }
    }
}

/// Any one character.
pub(super) fn anything() -> Language {
    Language::OneOf(vec![('\0', char::MAX)])
}

/// Any one character of a segment.
pub(super) fn no_slash() -> Language {
    Language::OneOf(negated(&[('/', '/')]))
}

fn sorted(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    ranges
}

/// All characters outside of `ranges`, which are sorted.
fn negated(ranges: &[(char, char)]) -> Ranges {
    let mut outside = Vec::new();
    let mut from = Some('\0');
    for (low, high) in ranges {
        if let (Some(start), Some(end)) = (from, previous(*low))
            && start <= end
        {
            outside.push((start, end));
        }
        from = from.and_then(|from| Some(from.max(next(*high)?)));
    }
    outside.extend(from.map(|start| (start, char::MAX)));
    outside
}
