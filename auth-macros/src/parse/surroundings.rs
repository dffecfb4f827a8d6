//! Whether an item is in an `impl` or a `trait`.
//!
//! What is in one cannot be a handler, and where our attribute does not say so, the compiler does in words that help nobody.
//! But an attribute is given the tokens of its item and none around it. So it reads the file that the item is in, finds all
//! blocks by their braces, and looks which of them the item's position is in.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use proc_macro2::Span;

use super::source_text::{Position, Reader, Token};

/// What is between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Impl,
    Trait,
    /// Anything else, such as a module or the body of a function.
    Other,
}

/// A block, and where its braces are.
struct PlacedBlock {
    block: Block,
    opened: Position,
    closed: Position,
}

/// The blocks of a file, as they were at a time.
struct ReadFile {
    path: PathBuf,
    changed: Option<SystemTime>,
    blocks: Vec<PlacedBlock>,
}

thread_local! {
    /// The file that was read last: it may have many handlers, which come one after the other.
    static LAST: RefCell<Option<ReadFile>> = const { RefCell::new(None) };
}

/// The innermost block around the item at `span`; [`Block::Other`] where there is none, and where the file cannot be read.
pub(crate) fn block_around(span: Span) -> Block {
    if !proc_macro::is_available() {
        return Block::Other;
    }
    let span = span.unwrap();
    let at = (span.line(), span.column());
    // What begins at the left edge is taken to be in nothing: it is as good as always, and saves reading the file.
    let is_indented = span.column() > 1;
    match span.local_file().filter(|_| is_indented) {
        Some(path) => block_in_file(path, at).unwrap_or(Block::Other),
        None => Block::Other,
    }
}

fn block_in_file(path: PathBuf, at: Position) -> Option<Block> {
    let changed = fs::metadata(&path).ok()?.modified().ok();
    LAST.with_borrow_mut(|last| {
        let file = match last {
            Some(file) if file.path == path && file.changed == changed => file,
            _ => {
                let blocks = blocks(&fs::read_to_string(&path).ok()?);
                last.insert(ReadFile { path, changed, blocks })
            }
        };
        innermost(&file.blocks, at)
    })
}

/// `blocks` are in the order in which they open, so that of those around a position the last is the innermost.
fn innermost(blocks: &[PlacedBlock], at: Position) -> Option<Block> {
    blocks.iter().rev().find(|placed| (placed.opened..placed.closed).contains(&at)).map(|placed| placed.block)
}

/// All blocks of a text, in the order in which they open. One that does not close reaches to the end.
fn blocks(text: &str) -> Vec<PlacedBlock> {
    let mut reader = Reader::new(text);
    let mut blocks: Vec<PlacedBlock> = Vec::new();
    // Which of them are open, by their index.
    let mut open: Vec<usize> = Vec::new();
    // What the next brace opens: the first keyword since the last block or statement says. In `fn f() -> impl Trait {` it is `fn`.
    let mut next = None;
    // A semicolon in brackets, as in `[u8; 2]`, ends no statement.
    let mut brackets = 0_usize;
    loop {
        let position = reader.position();
        match reader.next_token() {
            Token::End => return blocks,
            Token::Word(word) => next = next.or_else(|| opened_after(word)),
            Token::Mark('{') => {
                open.push(blocks.len());
                let block = next.take().unwrap_or(Block::Other);
                blocks.push(PlacedBlock { block, opened: position, closed: (usize::MAX, 0) });
            }
            Token::Mark('}') => {
                if let Some(placed) = open.pop().and_then(|index| blocks.get_mut(index)) {
                    placed.closed = position;
                }
                (next, brackets) = (None, 0);
            }
            Token::Mark('(' | '[') => brackets += 1,
            Token::Mark(')' | ']') => brackets = brackets.saturating_sub(1),
            Token::Mark(';') if brackets == 0 => next = None,
            Token::Mark(_) => {}
        }
    }
}

/// The block that an item or a statement has which begins with this word; `None` where the word says nothing of it, such as `pub`.
fn opened_after(word: &str) -> Option<Block> {
    match word {
        "impl" => Some(Block::Impl),
        "trait" => Some(Block::Trait),
        "fn" | "mod" | "struct" | "enum" | "union" | "macro_rules" | "let" | "const" | "static" => Some(Block::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The block around each `@` of the text.
    fn around_marks(source: &str) -> Vec<Block> {
        let blocks = blocks(source);
        let lines = source.lines().enumerate();
        let each = lines.flat_map(|(line, text)| {
            text.chars().enumerate().filter(|(_, c)| *c == '@').map(move |(column, _)| (line + 1, column + 1))
        });
        each.map(|at| innermost(&blocks, at).unwrap_or(Block::Other)).collect()
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
        assert_eq!(around_marks(source), expected);
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
        assert_eq!(around_marks(source), [Block::Other, Block::Impl]);
    }

    #[test]
    fn what_does_not_end_is_read_to_the_end() {
        for source in ["/* {", "\"{", "'\\", "r#\"{", "impl {", "}}", "'", "/*é", "\"\\é"] {
            assert!(blocks(source).len() <= 1, "{source}");
        }
    }
}
