//! The item an attribute stands on. Bodies stay tokens.

use proc_macro2::{Group, TokenStream};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, FnArg, Pat, Result, Signature, Token, Type, Visibility, token};

use super::module::{Module, parse_module};
use super::route::{is_ours, is_route};

/// What the attribute stands on.
pub(crate) enum Item {
    Handler(Box<Handler>),
    Module(Module),
    /// Anything else; the tokens are the whole item.
    Other(TokenStream),
}

/// A function, its attributes sorted by what they are for.
pub(crate) struct Handler {
    /// Route attributes of actix-web.
    pub(crate) routes: Vec<Attribute>,
    /// Further `#[requires]` and `#[public]`.
    pub(crate) ours: Vec<Attribute>,
    /// All others, in written order.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) body: Group,
}

/// One argument of a handler.
pub(crate) struct Argument {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
}

/// Reads the item.
pub(crate) fn parse_item(tokens: TokenStream) -> Result<Item> {
    let whole = tokens.clone();
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        if let Some(handler) = parse_handler(input, &attributes, &visibility)? {
            return Ok(Item::Handler(Box::new(handler)));
        }
        if input.peek(Token![mod]) {
            return parse_module(input, attributes, visibility).map(Item::Module);
        }
        input.parse::<TokenStream>()?;
        Ok(Item::Other(whole))
    };
    parser.parse2(tokens)
}

/// A function with a body, if one comes next.
pub(crate) fn parse_handler(
    input: ParseStream<'_>,
    attributes: &[Attribute],
    visibility: &Visibility,
) -> Result<Option<Handler>> {
    let fork = input.fork();
    let Ok(signature) = fork.parse::<Signature>() else { return Ok(None) };
    if !fork.peek(token::Brace) {
        return Ok(None);
    }
    input.advance_to(&fork);
    let body: Group = input.parse()?;
    let (ours, others): (Vec<_>, Vec<_>) =
        attributes.iter().cloned().partition(|attribute| is_ours(attribute).is_some());
    let (routes, others) = others.into_iter().partition(is_route);
    let arguments = signature.inputs.iter().filter_map(argument).collect();
    let visibility = visibility.clone();
    Ok(Some(Handler { routes, ours, attributes: others, visibility, signature, arguments, body }))
}

fn argument(input: &FnArg) -> Option<Argument> {
    match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => {
            Some(Argument { attributes: typed.attrs.clone(), pattern: (*typed.pat).clone(), ty: (*typed.ty).clone() })
        }
    }
}
