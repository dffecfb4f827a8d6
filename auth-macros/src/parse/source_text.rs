//! Rust's text as words and marks, without comments and literals, whose braces are no blocks.
//!
//! Written out, because the compiler's own reader tells no positions within a text that it is given.

/// Line and column, both from one, as the compiler counts them.
pub(super) type Position = (usize, usize);

/// A piece of Rust's text.
pub(super) enum Token<'a> {
    /// A keyword, a name or a number.
    Word(&'a str),
    /// Any other character.
    Mark(char),
    /// The text is over.
    End,
}

/// Goes through a text token by token.
pub(super) struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1, column: 1 }
    }

    /// Where the next character is.
    pub(super) fn position(&self) -> Position {
        (self.line, self.column)
    }

    /// The next token after spaces, comments and literals.
    pub(super) fn next_token(&mut self) -> Token<'a> {
        loop {
            let rest = self.rest;
            let Some(first) = rest.chars().next() else { return Token::End };
            if rest.starts_with("//") {
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                self.skip(comment(rest));
            } else if first == '"' {
                self.skip(string(rest));
            } else if first == '\'' {
                self.skip(character(rest));
            } else if first == '_' || first.is_alphanumeric() {
                let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                self.skip(length);
                match (word, raw_string(after)) {
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

// Each of these is given a text that begins with what it measures, and answers with all of it where that does not end.

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
fn string(rest: &str) -> usize {
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
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let content = rest.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(content.find(&end).map_or(rest.len(), |length| hashes + 1 + length + end.len()))
}
