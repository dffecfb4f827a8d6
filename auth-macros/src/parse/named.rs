//! The entries of `policy!`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Result, Token, Visibility};

use super::args::{Args, Dialect, parse_args};
use super::split::split;
use super::value::rest;
use crate::diag::Sink;

/// `pub AdminArea: bearer, role("ops")`
pub(crate) struct NamedEntry {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// What follows the colon.
    pub(crate) args: Args,
}

/// Reads all entries; each faulty one is reported, and the others are still read.
pub(crate) fn parse_named(tokens: TokenStream, sink: &Sink) -> Vec<NamedEntry> {
    let (elements, listed) = split(tokens, ';');
    let _ = sink.take(listed);
    elements
        .into_iter()
        .filter_map(|element| sink.take(parse_head.parse2(element.tokens)))
        .map(|(head, tokens)| {
            let (attributes, visibility, name) = head;
            NamedEntry { attributes, visibility, name, args: parse_args(tokens, Dialect::Requires, sink) }
        })
        .collect()
}

type Head = (Vec<Attribute>, Visibility, Ident);

fn parse_head(input: ParseStream<'_>) -> Result<(Head, TokenStream)> {
    const EXAMPLE: &str = "as in `pub AdminArea: bearer, role(\"ops\")`";
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let Ok(name) = input.parse::<Ident>() else {
        return Err(Error::new_spanned(
            rest(input),
            format!("a policy lacks its name; write it before the colon, {EXAMPLE}"),
        ));
    };
    if input.parse::<Option<Token![:]>>()?.is_none() {
        return Err(Error::new_spanned(
            &name,
            format!("policy `{name}` lacks its content; write it after a colon, {EXAMPLE}"),
        ));
    }
    let tokens = rest(input);
    if tokens.is_empty() {
        return Err(Error::new_spanned(&name, format!("policy `{name}` is empty; name a scheme, {EXAMPLE}")));
    }
    Ok(((attributes, visibility, name), tokens))
}
