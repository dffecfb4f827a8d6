//! A module's handlers, each with the module's defaults in its attribute.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Meta, MetaList};

use super::exports::Exports;
use crate::model::Policy;
use crate::parse::{Handler, Module, ModuleItem};

/// The module, its own arguments added to those of the modules around.
pub(crate) fn expand_module(
    module: &Module,
    policy: &Policy,
    outer: Vec<TokenStream>,
    own: TokenStream,
) -> TokenStream {
    let exports = Exports::new(policy.root.as_ref());
    let own = without_marker(own);
    let levels = outer.into_iter().chain([own]);
    let marker = quote!(@defaults { #({ #levels })* });
    Defaults { marker, exports }.expand(module, &module.attributes)
}

/// What its functions are told.
pub(crate) struct Defaults<'a> {
    pub(crate) marker: TokenStream,
    pub(crate) exports: Exports<'a>,
}

impl Defaults<'_> {
    pub(crate) fn expand(&self, module: &Module, attributes: &[Attribute]) -> TokenStream {
        let Module { visibility, keyword, name, inner_attributes, items, .. } = module;
        match items {
            None => quote!(#(#attributes)* #visibility #keyword #name;),
            Some(items) => {
                let items = items.iter().map(|item| self.expand_item(item, module));
                quote! {
                    #(#attributes)*
                    #visibility #keyword #name {
                        #(#inner_attributes)*
                        #(#items)*
                    }
                }
            }
        }
    }

    fn expand_item(&self, item: &ModuleItem, within: &Module) -> TokenStream {
        match item {
            ModuleItem::Other(tokens) => tokens.clone(),
            ModuleItem::Module(module) if module.has_ours() => {
                // Its own attribute passes the defaults on.
                let attributes: Vec<Attribute> = module.attributes.iter().map(|each| self.mark(each, module)).collect();
                Unmarked.expand(module, &attributes)
            }
            ModuleItem::Module(module) => self.expand(module, &module.attributes),
            ModuleItem::Function(handler, attributes) if !handler.is_marked() => {
                let function = expand_function(handler);
                quote!(#(#attributes)* #function)
            }
            ModuleItem::Function(handler, attributes) => {
                let (function, marker) = (expand_function(handler), &self.marker);
                if !handler.ours.is_empty() {
                    let attributes = attributes.iter().map(|each| self.mark(each, within));
                    return quote!(#(#attributes)* #function);
                }
                let requires = &self.exports.requires;
                // At the function's name, so that its line is the one the policy table shows.
                let added = quote_spanned!(handler.signature.ident.span()=> #[#requires(#marker)]);
                quote!(#added #(#attributes)* #function)
            }
        }
    }

    /// Puts the marker into an attribute of ours, and leaves others as they are.
    fn mark(&self, attribute: &Attribute, within: &Module) -> Attribute {
        let mut marked = attribute.clone();
        if within.is_ours(attribute) {
            let marker = &self.marker;
            match &mut marked.meta {
                Meta::List(list) => {
                    let written = &list.tokens;
                    list.tokens = quote!(#marker #written);
                }
                Meta::Path(path) => {
                    let delimiter = syn::MacroDelimiter::Paren(syn::token::Paren::default());
                    marked.meta = Meta::List(MetaList { path: path.clone(), delimiter, tokens: marker.clone() });
                }
                _ => {}
            }
        }
        marked
    }
}

/// A module as it stands.
struct Unmarked;

impl Unmarked {
    fn expand(&self, module: &Module, attributes: &[Attribute]) -> TokenStream {
        let Module { visibility, keyword, name, inner_attributes, items, .. } = module;
        let Some(items) = items else { return quote!(#(#attributes)* #visibility #keyword #name;) };
        let items = items.iter().map(|item| match item {
            ModuleItem::Other(tokens) => tokens.clone(),
            ModuleItem::Module(module) => self.expand(module, &module.attributes),
            ModuleItem::Function(handler, attributes) => {
                let function = expand_function(handler);
                quote!(#(#attributes)* #function)
            }
        });
        quote!(#(#attributes)* #visibility #keyword #name { #(#inner_attributes)* #(#items)* })
    }
}

/// A function without its attributes.
pub(crate) fn expand_function(handler: &Handler) -> TokenStream {
    let Handler { visibility, signature, body, .. } = handler;
    let mut tokens = visibility.to_token_stream();
    signature.to_tokens(&mut tokens);
    body.to_tokens(&mut tokens);
    tokens
}

/// The module's own arguments, without the defaults that a module around put in.
fn without_marker(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    if matches!(tokens.peek(), Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '@') {
        tokens.by_ref().take(3).for_each(drop);
    }
    tokens.collect()
}
