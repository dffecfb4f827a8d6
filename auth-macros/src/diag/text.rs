//! The user's text in messages.

use quote::ToTokens;

/// Tokens as a user would write them: the printer of tokens puts a space between any two.
pub(crate) fn written(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("! ", "!"),
        ("&& (", "&& ("),
        ("&&(", "&& ("),
        ("||(", "|| ("),
        ("- ", "-"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_written() {
        for text in [
            r#"scope("a") && (role("b") || !check(m::owns::<T>))"#,
            r#"claim("tenant", -3)"#,
            "my::Scheme<A, B>",
            "::root::Name",
        ] {
            let tokens: proc_macro2::TokenStream = text.parse().expect("tokens");
            assert_eq!(written(tokens), text);
        }
    }
}
