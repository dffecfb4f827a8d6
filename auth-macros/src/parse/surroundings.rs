//! Where an item stands, which its own tokens do not tell: that is read in the file around it.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use proc_macro2::Span;

/// The block that an item stands in, by the word that begins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Impl,
    Trait,
    /// Any other: a module, a function.
    Other,
}

/// A block from its `{` to its `}`, as line and column from one.
struct Extent {
    block: Block,
    from: (usize, usize),
    to: (usize, usize),
}

/// A file, which has one handler after the other.
struct Read {
    file: PathBuf,
    changed: Option<SystemTime>,
    extents: Vec<Extent>,
}

thread_local! {
    static LAST: RefCell<Option<Read>> = const { RefCell::new(None) };
}

/// What is around the item at `span`. [`Block::Other`] where nothing is, or where it cannot be known.
pub(crate) fn block_around(span: Span) -> Block {
    if !proc_macro::is_available() {
        return Block::Other;
    }
    let span = span.unwrap();
    let (line, column) = (span.line(), span.column());
    // What begins its line stands in nothing: most handlers do, and their files are not read.
    match span.local_file() {
        Some(file) if column > 1 => block_in(file, (line, column)).unwrap_or(Block::Other),
        _ => Block::Other,
    }
}

fn block_in(file: PathBuf, at: (usize, usize)) -> Option<Block> {
    let changed = fs::metadata(&file).ok()?.modified().ok();
    LAST.with_borrow_mut(|last| {
        let read = match last {
            Some(read) if read.file == file && read.changed == changed => read,
            _ => {
                let extents = extents(&fs::read_to_string(&file).ok()?);
                last.insert(Read { file, changed, extents })
            }
        };
        innermost(&read.extents, at)
    })
}

/// Blocks are in the order of their `{`, so that the last one around `at` is the innermost.
fn innermost(extents: &[Extent], at: (usize, usize)) -> Option<Block> {
    extents.iter().rev().find(|extent| (extent.from..extent.to).contains(&at)).map(|extent| extent.block)
}

/// Every block of a source text. Comments and literals hold none.
fn extents(source: &str) -> Vec<Extent> {
    let mut reader = Reader { rest: source, line: 1, column: 1 };
    let (mut extents, mut open): (Vec<Extent>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut begun = None;
    let mut brackets = 0_usize;
    loop {
        let at = (reader.line, reader.column);
        match reader.next_token() {
            Token::End => return extents,
            Token::Word(word) => begun = begun.or_else(|| begins(word)),
            Token::Mark('{') => {
                open.push(extents.len());
                let block = begun.take().unwrap_or(Block::Other);
                extents.push(Extent { block, from: at, to: (usize::MAX, 0) });
            }
            Token::Mark('}') => {
                if let Some(extent) = open.pop().and_then(|index| extents.get_mut(index)) {
                    extent.to = at;
                }
                (begun, brackets) = (None, 0);
            }
            Token::Mark('(' | '[') => brackets += 1,
            Token::Mark(')' | ']') => brackets = brackets.saturating_sub(1),
            Token::Mark(';') if brackets == 0 => begun = None,
            Token::Mark(_) => {}
        }
    }
}

/// Which kind of block a keyword begins.
fn begins(word: &str) -> Option<Block> {
    match word {
        "impl" => Some(Block::Impl),
        "trait" => Some(Block::Trait),
        "fn" | "mod" | "struct" | "enum" | "union" | "macro_rules" | "let" | "const" | "static" => Some(Block::Other),
        _ => None,
    }
}

enum Token<'a> {
    Word(&'a str),
    Mark(char),
    End,
}

/// Reads words and marks, and nothing of comments and literals.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Reader<'a> {
    fn next_token(&mut self) -> Token<'a> {
        loop {
            let rest = self.rest;
            let Some(first) = rest.chars().next() else { return Token::End };
            if rest.starts_with("//") {
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                self.skip(comment(rest));
            } else if first == '"' {
                self.skip(text(rest));
            } else if first == '\'' {
                self.skip(character(rest));
            } else if first == '_' || first.is_alphanumeric() {
                let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                self.skip(length);
                match (word, raw(after)) {
                    ("r" | "br" | "cr", Some(length)) => self.skip(length),
                    _ => return Token::Word(word),
                }
            } else {
                self.skip(first.len_utf8());
                if !first.is_whitespace() {
                    return Token::Mark(first);
                }
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        for c in skipped.chars() {
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.rest = rest;
    }
}

/// The length of a comment, which may hold others.
fn comment(rest: &str) -> usize {
    let (mut depth, mut length) = (0_usize, 0);
    while let Some(tail) = rest.get(length..) {
        let step = match tail.get(..2) {
            Some("/*") => {
                depth += 1;
                2
            }
            Some("*/") => {
                depth -= 1;
                2
            }
            _ => tail.chars().next().map_or(rest.len(), char::len_utf8),
        };
        length += step;
        if depth == 0 {
            break;
        }
    }
    length
}

/// The length of a string with its quotes.
fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character with its quotes, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, c))) => {
            let after = escaped + c.len_utf8();
            rest.get(after..).and_then(|tail| tail.find('\'')).map_or(rest.len(), |end| after + end + 1)
        }
        (_, Some((index, '\''))) => index + 1,
        _ => 1,
    }
}

/// The length of a raw string after its `r`, if one follows.
fn raw(rest: &str) -> Option<usize> {
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let content = rest.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(content.find(&end).map_or(rest.len(), |length| hashes + 1 + length + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The block around each `@` of the text.
    fn blocks(source: &str) -> Vec<Block> {
        let extents = extents(source);
        let lines = source.lines().enumerate();
        let each = lines.flat_map(|(line, text)| {
            text.chars().enumerate().filter(|(_, c)| *c == '@').map(move |(column, _)| (line + 1, column + 1))
        });
        each.map(|at| innermost(&extents, at).unwrap_or(Block::Other)).collect()
    }

    #[test]
    fn the_innermost_block_counts() {
        let source = "
            @ impl Api { @ fn f() -> impl Trait { @ } @ const X: [u8; 3] = [1; 3]; @ } @
            pub unsafe trait Api<T>: Other<[u8; 2]> where T: Send { @ } mod m { @ impl A for B { @ } @ }
            fn g() -> impl Trait { @ } macro_rules! m { () => { impl X { @ } @ } }
        ";
        use Block::{Impl, Other, Trait};
        let expected = [Other, Impl, Other, Impl, Impl, Other, Trait, Other, Impl, Other, Other, Impl, Other];
        assert_eq!(blocks(source), expected);
    }

    #[test]
    fn comments_and_literals_hold_no_blocks() {
        let source = r####"
            // impl { '
            /* impl { /* { */ " */
            const A: &str = "impl { \" {"; const B: &str = r#"impl { " {"#; const C: char = '{'; const D: char = '\'';
            const E: u8 = b'{'; const F: &[u8] = b"\\"; fn f<'a>(x: &'a str) { @ }
            impl r#async { @ }
        "####;
        assert_eq!(blocks(source), [Block::Other, Block::Impl]);
    }

    #[test]
    fn what_does_not_end_is_read_to_the_end() {
        for source in ["/* {", "\"{", "'\\", "r#\"{", "impl {", "}}", "'", "/*é", "\"\\é"] {
            assert!(extents(source).len() <= 1, "{source}");
        }
    }
}
