//! The item an attribute stands on. Bodies stay tokens.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, FnArg, Pat, Path, Result, Signature, Token, Type, Visibility, token};

use super::module::{Module, parse_module};
use super::route::{is_ours, is_route};
use super::surroundings::{Block, block_around};

/// What the attribute stands on.
pub(crate) enum Item {
    Handler(Box<Handler>),
    Module(Module),
    /// Anything else.
    Other,
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

impl Handler {
    /// The block that it is an associated function of.
    pub(crate) fn block(&self) -> Block {
        let first = match &self.visibility {
            Visibility::Public(word) => word.span,
            Visibility::Restricted(restricted) => restricted.pub_token.span,
            Visibility::Inherited => self.signature.asyncness.map_or(self.signature.fn_token.span, |word| word.span),
        };
        match block_around(first) {
            // No free function has a `self`.
            Block::Other if self.signature.receiver().is_some() => Block::Impl,
            block => block,
        }
    }

    /// Has a route attribute, or says itself what it requires.
    pub(crate) fn is_marked(&self) -> bool {
        !self.routes.is_empty() || !self.ours.is_empty()
    }
}

/// One argument of a handler.
pub(crate) struct Argument {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
}

/// Reads the item. `root` is where the user says that this crate is.
pub(crate) fn parse_item(tokens: TokenStream, root: Option<&Path>) -> Result<Item> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        if let Some(handler) = parse_handler(input, &attributes, &visibility, root)? {
            return Ok(Item::Handler(Box::new(handler)));
        }
        if input.peek(Token![mod]) {
            return parse_module(input, attributes, visibility, root).map(Item::Module);
        }
        input.parse::<TokenStream>()?;
        Ok(Item::Other)
    };
    parser.parse2(tokens)
}

/// A function with a body, if one comes next.
pub(crate) fn parse_handler(
    input: ParseStream<'_>,
    attributes: &[Attribute],
    visibility: &Visibility,
    root: Option<&Path>,
) -> Result<Option<Handler>> {
    let fork = input.fork();
    let Ok(signature) = fork.parse::<Signature>() else { return Ok(None) };
    if !fork.peek(token::Brace) {
        return Ok(None);
    }
    input.advance_to(&fork);
    let body: Group = input.parse()?;
    let (ours, others): (Vec<_>, Vec<_>) =
        attributes.iter().cloned().partition(|attribute| is_ours(attribute, root).is_some());
    let (routes, others) = others.into_iter().partition(is_route);
    let arguments = signature.inputs.iter().filter_map(Argument::of).collect();
    let visibility = visibility.clone();
    Ok(Some(Handler { routes, ours, attributes: others, visibility, signature, arguments, body }))
}

/// Whether one of these words or marks is among the tokens.
pub(crate) fn mentions(tokens: TokenStream, wanted: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        TokenTree::Ident(word) => wanted.iter().any(|wanted| word == wanted),
        TokenTree::Punct(punct) => wanted.iter().any(|wanted| punct.as_char().to_string() == *wanted),
        TokenTree::Literal(_) => false,
    })
}

impl Argument {
    pub(crate) fn of(input: &FnArg) -> Option<Self> {
        match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => {
                Some(Self { attributes: typed.attrs.clone(), pattern: (*typed.pat).clone(), ty: (*typed.ty).clone() })
            }
        }
    }
}
