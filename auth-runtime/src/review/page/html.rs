//! HTML in the making: markup is part of this program, and whatever else is put in is escaped.

use std::fmt::{self, Write};

/// A page, or a part of one.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of this program.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, between tags or within the quotes of an attribute.
    pub(super) fn text(&mut self, text: impl fmt::Display) -> &mut Self {
        let _ = write!(Escaped(&mut self.0), "{text}");
        self
    }

    /// A text with markup around it.
    pub(super) fn within(&mut self, before: &'static str, text: impl fmt::Display, after: &'static str) -> &mut Self {
        self.markup(before).text(text).markup(after)
    }

    /// Another part.
    pub(super) fn part(&mut self, part: &Self) -> &mut Self {
        self.0.push_str(&part.0);
        self
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Text as it is written down, which is read as itself and nothing else.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                character if is_deceptive(character) => self.0.push(char::REPLACEMENT_CHARACTER),
                character => self.0.push(character),
            }
        }
        Ok(())
    }
}

/// What is not seen, or changes the order in which other characters are.
fn is_deceptive(character: char) -> bool {
    match character {
        '\n' | '\r' | '\t' => false,
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        character => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.into_string()
    }

    proptest! {
        #[test]
        fn no_text_ends_what_it_stands_in(text in any::<String>()) {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
            let ampersands = escaped.split('&').skip(1);
            for rest in ampersands {
                prop_assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|entity| rest.starts_with(entity)));
            }
        }
    }

    #[test]
    fn what_deceives_readers_is_replaced() {
        assert_eq!(escaped("a\u{202e}b\u{0}\u{85}c\nd"), "a\u{fffd}b\u{fffd}\u{fffd}c\nd");
        assert_eq!(escaped("<b title='x'>&amp;"), "&lt;b title=&#39;x&#39;&gt;&amp;amp;");
    }
}
