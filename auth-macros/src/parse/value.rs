//! Values: strings, constants, claim values, paths.

use proc_macro2::{Group, Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Lit, LitBool, LitInt, LitStr, Path, Result, Token, token};

use crate::diag::written;
use crate::model::{ClaimValue, PATH_SEPARATOR, Text};

/// A string literal, or the path of a constant or a variant.
pub(crate) fn parse_text(input: ParseStream<'_>, what: &str) -> Result<Text> {
    if input.peek(LitStr) {
        return input.parse().and_then(without_suffix).map(Text::Literal);
    }
    if peeks_path(input) {
        let path: Path = input.parse()?;
        return Ok(if is_variant(&path) { Text::Variant(path) } else { Text::Constant(path) });
    }
    Err(unfit(input, what, "a string or the path of a constant"))
}

/// A string literal, and nothing else.
pub(crate) fn parse_literal(input: ParseStream<'_>, what: &str) -> Result<LitStr> {
    if input.peek(LitStr) { input.parse().and_then(without_suffix) } else { Err(unfit(input, what, "a string")) }
}

/// A claim's name, or in brackets the names that lead to it: joined by a control character, which no name may have.
pub(crate) fn parse_claim_name(input: ParseStream<'_>) -> Result<Text> {
    if !input.peek(token::Bracket) {
        return parse_text(input, "a claim's name");
    }
    let group: Group = input.parse()?;
    let names = |input: ParseStream<'_>| Punctuated::<LitStr, Token![,]>::parse_terminated(input);
    let fault = |fault: &str| {
        Error::new_spanned(&group, format!("{fault}; write a string for each name, as in `[\"address\", \"country\"]`"))
    };
    let names =
        names.parse2(group.stream()).map_err(|_| fault(&format!("`{}` is not a path to a claim", written(&group))))?;
    let mut path = Vec::new();
    for name in names {
        let name = without_suffix(name)?;
        if name.value().contains(PATH_SEPARATOR) {
            return Err(Error::new_spanned(&name, "the claim's name has a control character; remove it"));
        }
        path.push(name.value());
    }
    if path.is_empty() {
        return Err(fault("the path to a claim is empty"));
    }
    let joined = path.join(PATH_SEPARATOR.encode_utf8(&mut [0; 4]));
    Ok(Text::Literal(LitStr::new(&joined, group.span())))
}

/// The value a claim is compared with.
pub(crate) fn parse_claim_value(input: ParseStream<'_>) -> Result<ClaimValue> {
    const EXPECTED: &str = "a string, an integer, a boolean or the path of a constant";
    if input.peek(LitStr) {
        return input.parse().and_then(without_suffix).map(ClaimValue::Text);
    }
    if input.peek(LitBool) {
        let literal: LitBool = input.parse()?;
        return Ok(ClaimValue::Boolean(literal.value));
    }
    if input.peek(LitInt) || input.peek(Token![-]) && input.peek2(LitInt) {
        let minus: Option<Token![-]> = input.parse()?;
        let literal: LitInt = input.parse()?;
        let tokens = quote!(#minus #literal);
        if !matches!(literal.suffix(), "" | "i64") {
            let fault = format!("claim values are 64-bit integers; remove `{}`", literal.suffix());
            return Err(Error::new_spanned(tokens, fault));
        }
        // Through text, so that the smallest integer, whose digits alone do not fit, parses with its sign.
        let sign = if minus.is_some() { "-" } else { "" };
        return match format!("{sign}{}", literal.base10_digits()).parse() {
            Ok(value) => Ok(ClaimValue::Integer(value)),
            Err(_) => {
                let fault = format!("`{}` does not fit a 64-bit integer; compare with a string", written(&tokens));
                Err(Error::new_spanned(tokens, fault))
            }
        };
    }
    if peeks_path(input) {
        let path: Path = input.parse()?;
        return Ok(if is_variant(&path) { ClaimValue::Variant(path) } else { ClaimValue::Constant(path) });
    }
    Err(unfit(input, "a claim", EXPECTED))
}

/// By Rust's naming convention: a variant has a small letter after its first, a constant has none.
fn is_variant(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.unraw().to_string().chars().skip(1).any(char::is_lowercase))
}

/// The path of a function, a type or a module.
pub(crate) fn parse_path(input: ParseStream<'_>, what: &str, expected: &str) -> Result<Path> {
    if peeks_path(input) { input.parse() } else { Err(unfit(input, what, expected)) }
}

/// Whether a path comes next.
pub(crate) fn peeks_path(input: ParseStream<'_>) -> bool {
    input.peek(Ident::peek_any) && !input.peek(LitBool) && !input.peek(Token![_]) || input.peek(Token![::])
}

/// The rest of the input.
pub(crate) fn rest(input: ParseStream<'_>) -> TokenStream {
    input.parse().unwrap_or_default()
}

/// The next token, for a message.
pub(crate) fn next_token(input: ParseStream<'_>) -> Option<proc_macro2::TokenTree> {
    if input.is_empty() { None } else { proc_macro2::TokenTree::parse(&input.fork()).ok() }
}

fn unfit(input: ParseStream<'_>, what: &str, expected: &str) -> Error {
    match next_token(input) {
        // `"a".b`, `1.5`: the literal alone would mislead.
        Some(_) => {
            let found = rest(&input.fork());
            let shown = found.clone().into_iter().take_while(|token| !is_comma(token)).collect::<TokenStream>();
            let fault = format!("`{}` does not fit {what}; write {expected}", written(&shown));
            Error::new_spanned(shown, fault)
        }
        None => input.error(format!("{what} lacks its value; write {expected}")),
    }
}

fn is_comma(token: &proc_macro2::TokenTree) -> bool {
    matches!(token, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn without_suffix(literal: LitStr) -> Result<LitStr> {
    if literal.suffix().is_empty() {
        return Ok(literal);
    }
    let fault = format!("a string has no suffix; remove `{}`", literal.suffix());
    Err(Error::new_spanned(Lit::Str(literal), fault))
}
