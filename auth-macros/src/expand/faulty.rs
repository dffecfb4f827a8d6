//! Stand-ins of the same shape for what was refused: the user sees the faults, and no wall of errors that follow from
//! a missing item.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Path, Safety};

use super::exports::Exports;
use super::handler::{cfg, expand_around, expand_factory, expand_function, expand_import, expand_type};
use super::module::{self, Defaults};
use super::named::{Head, expand_promise};
use crate::parse::{Block, Handler, Implication, Module};

/// What can be mounted and admits nobody, with the user's function inside, so that its own faults show.
pub(crate) fn expand_faulty_handler(handler: &Handler, root: Option<&Path>) -> TokenStream {
    let exports = Exports::new(root);
    let signature = &handler.signature;
    if handler.block() != Block::Other || signature.variadic.is_some() || !matches!(signature.safety, Safety::Default) {
        // Nothing else may stand in an `impl`; without its route attributes nothing will call it.
        let (attributes, function) = (&handler.attributes, module::expand_function(handler));
        return quote!(#(#attributes)* #[allow(dead_code)] #function);
    }
    let (import, function) = (expand_import(handler), expand_function(handler));
    let ours = handler.ours.iter().map(Attribute::path).map(|path| quote!(#[allow(unused_imports)] use #path as _;));
    let body = quote! {
        #import
        #(#ours)*
        #[allow(dead_code)]
        #function
    };
    if handler.routes.is_empty() {
        let output = quote!(&'static ::core::primitive::str);
        let body = quote!(#body async { ::core::unreachable!() });
        return expand_around(handler, &exports.faulty, &output, &body, &exports);
    }
    let (name, cfg) = (&signature.ident, cfg(&handler.attributes));
    let policy = expand_faulty_policy(name, &cfg, &exports);
    let (ty, factory) = (expand_type(handler), expand_factory(handler, name, &body, &exports));
    quote!(#ty #policy #factory)
}

/// The module, whose handlers report their own faults and nothing that follows from the module's.
pub(crate) fn expand_faulty_module(module: &Module, root: Option<&Path>) -> TokenStream {
    let others: Vec<_> = module.attributes.iter().filter(|other| !module.is_ours(other)).cloned().collect();
    Defaults { marker: quote!(@failed { #root }), exports: Exports::new(root) }.expand(module, &others)
}

/// The types, so that what refers to them still resolves.
pub(crate) fn expand_faulty_named(heads: &[Head], implications: &[Implication]) -> TokenStream {
    let each = heads.iter().map(|Head { root, attributes, visibility, name }| {
        let policy = expand_faulty_policy(name, &cfg(attributes), &Exports::new(root.as_ref()));
        quote! {
            #(#attributes)*
            #visibility enum #name {}
            #policy
        }
    });
    let mut distinct: Vec<&Implication> = Vec::new();
    for implication in implications {
        if !distinct.iter().any(|earlier| earlier.is(implication)) {
            distinct.push(implication);
        }
    }
    let promises = distinct.into_iter().map(expand_promise);
    quote!(#(#each)* #(#promises)*)
}

/// A policy that yields everything, so that no error follows from the fault, and that nothing is asked to enforce.
fn expand_faulty_policy(name: &Ident, cfg: &[&Attribute], exports: &Exports<'_>) -> TokenStream {
    let Exports { policy, policy_spec, everything, includes, faulty, .. } = exports;
    quote! {
        #(#cfg)*
        const _: () = {
            impl #policy for #name {
                const SPEC: #policy_spec = <#faulty as #policy>::SPEC;
                type Access = #everything;
            }
            impl<__Of: ?::core::marker::Sized> #includes<__Of> for #name {}
        };
    }
}
