//! Stand-ins of the same shape for what was refused: the user sees the faults, and no wall of errors that follow from
//! a missing item.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::exports::Exports;
use super::handler::{cfg, expand_declared, expand_wrapper};
use super::module::{Defaults, expand_function};
use super::named::Head;
use crate::parse::{Handler, Module};

/// The wrapper under a policy that yields everything and admits nobody.
pub(crate) fn expand_faulty_handler(handler: &Handler, root: Option<&Path>) -> TokenStream {
    let exports = Exports::new(root);
    let signature = &handler.signature;
    if signature.receiver().is_some() || signature.variadic.is_some() || handler.arguments.len() > 16 {
        // No wrapper can call it; without its route attributes nothing else will.
        let (attributes, function) = (&handler.attributes, expand_function(handler));
        return quote!(#(#attributes)* #[allow(dead_code)] #function);
    }
    let faulty = &exports.faulty;
    let (cfg, declared) = (cfg(&handler.attributes), expand_declared(handler, faulty, &exports));
    let wrapper = expand_wrapper(handler, faulty, &exports);
    quote! {
        #(#cfg)*
        const _: () = { #declared };
        #wrapper
    }
}

/// The module, whose handlers report their own faults and nothing that follows from the module's.
pub(crate) fn expand_faulty_module(module: &Module, root: Option<&Path>) -> TokenStream {
    let others: Vec<_> =
        module.attributes.iter().filter(|other| crate::parse::is_ours(other).is_none()).cloned().collect();
    Defaults { marker: quote!(@failed { #root }), exports: Exports::new(root) }.expand(module, &others)
}

/// The types, so that what refers to them still resolves.
pub(crate) fn expand_faulty_named(heads: &[Head]) -> TokenStream {
    let each = heads.iter().map(|Head { root, attributes, visibility, name }| {
        let Exports { policy, policy_spec, yields, may_yield, includes, faulty, .. } = Exports::new(root.as_ref());
        let cfg = cfg(attributes);
        quote! {
            #(#attributes)*
            #visibility enum #name {}
            #(#cfg)*
            const _: () = {
                impl #policy for #name {
                    const SPEC: #policy_spec = <#faulty as #policy>::SPEC;
                }
                impl<__Of: ?::core::marker::Sized> #yields<__Of> for #name {}
                impl<__Of: ?::core::marker::Sized> #may_yield<__Of> for #name {}
                impl<__Of: ?::core::marker::Sized> #includes<__Of> for #name {}
            };
        }
    });
    quote!(#(#each)*)
}
