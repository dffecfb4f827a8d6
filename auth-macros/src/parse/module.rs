//! A module, read only as far as its functions and submodules.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Attribute, Path, Result, Token, Visibility, braced, token};

use super::item::{Handler, parse_handler};
use super::route::is_ours;

/// `mod m { … }`, or `mod m;`.
pub(crate) struct Module {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) keyword: Token![mod],
    pub(crate) name: Ident,
    pub(crate) inner_attributes: Vec<Attribute>,
    /// Nothing for a module in a file of its own.
    pub(crate) items: Option<Vec<ModuleItem>>,
    /// Where this crate is, as the attribute says.
    root: Option<Path>,
}

impl Module {
    /// Whether this is an attribute of ours.
    pub(crate) fn is_ours(&self, attribute: &Attribute) -> bool {
        is_ours(attribute, self.root.as_ref()).is_some()
    }

    /// Whether the module has an attribute of ours besides the one that expands.
    pub(crate) fn has_ours(&self) -> bool {
        self.attributes.iter().any(|attribute| self.is_ours(attribute))
    }
}

/// An item of a module.
pub(crate) enum ModuleItem {
    /// A function; its attributes are here as written.
    Function(Box<Handler>, Vec<Attribute>),
    Module(Module),
    Other(TokenStream),
}

/// Reads a module after its attributes and visibility.
pub(crate) fn parse_module(
    input: ParseStream<'_>,
    attributes: Vec<Attribute>,
    visibility: Visibility,
    root: Option<&Path>,
) -> Result<Module> {
    let keyword: Token![mod] = input.parse()?;
    let name: Ident = input.parse()?;
    let mut module = Module {
        attributes,
        visibility,
        keyword,
        name,
        inner_attributes: Vec::new(),
        items: None,
        root: root.cloned(),
    };
    if input.parse::<Option<Token![;]>>()?.is_some() {
        return Ok(module);
    }
    let content;
    braced!(content in input);
    module.inner_attributes = content.call(Attribute::parse_inner)?;
    let mut items = Vec::new();
    while !content.is_empty() {
        items.push(parse_module_item(&content, root)?);
    }
    module.items = Some(items);
    Ok(module)
}

fn parse_module_item(input: ParseStream<'_>, root: Option<&Path>) -> Result<ModuleItem> {
    let fork = input.fork();
    let attributes = fork.call(Attribute::parse_outer)?;
    let visibility: Visibility = fork.parse()?;
    if fork.peek(Token![mod]) {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        return parse_module(input, attributes, visibility, root).map(ModuleItem::Module);
    }
    if let Some(handler) = parse_handler(&fork, &attributes, &visibility, root)? {
        syn::parse::discouraged::Speculative::advance_to(input, &fork);
        return Ok(ModuleItem::Function(Box::new(handler), attributes));
    }
    // A macro call with parentheses or a semicolon, a type, an import: as it stands.
    if input.peek(token::Semi) {
        return Ok(ModuleItem::Other(input.parse::<Token![;]>()?.into_token_stream()));
    }
    Ok(ModuleItem::Other(input.parse::<syn::Item>()?.into_token_stream()))
}
