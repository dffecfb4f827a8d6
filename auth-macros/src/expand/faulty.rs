//! Stand-ins of the same shape for what was refused: the user sees the faults, and no wall of errors that follow from
//! a missing item.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Path, ReturnType, Safety, Type};

use super::exports::Exports;
use super::handler::{cfg, expand_argument, expand_around, expand_call, expand_declared, values};
use super::module::{Defaults, expand_function};
use super::named::Head;
use crate::check::MOST_ARGUMENTS;
use crate::parse::{Handler, Module};

/// The wrapper under a policy that yields everything and admits nobody.
pub(crate) fn expand_faulty_handler(handler: &Handler, root: Option<&Path>) -> TokenStream {
    let exports = Exports::new(root);
    let (signature, faulty) = (&handler.signature, &exports.faulty);
    let imports = handler.ours.iter().map(Attribute::path).map(|path| quote!(#[allow(unused_imports)] use #path as _;));
    if signature.receiver().is_some() || signature.variadic.is_some() || !matches!(signature.safety, Safety::Default) {
        // No wrapper can call it; without its route attributes nothing else will.
        let (attributes, function) = (&handler.attributes, expand_function(handler));
        return quote!(#(#attributes)* #[allow(dead_code)] #function);
    }
    let (cfg, declared) = (cfg(&handler.attributes), expand_declared(handler, faulty, &exports));
    let wrapper = expand_stand_in(handler, &exports);
    quote! {
        #(#cfg)*
        const _: () = {
            #(#imports)*
            #declared
        };
        #wrapper
    }
}

fn expand_stand_in(handler: &Handler, exports: &Exports<'_>) -> TokenStream {
    let mut types: Vec<&Type> = handler.arguments.iter().map(|argument| &argument.ty).collect();
    let passed = if types.len() > MOST_ARGUMENTS {
        let unreachable = types.drain(..).map(|_| quote!(::core::unreachable!()));
        quote!(#(#unreachable),*)
    } else {
        let values = values(types.len());
        quote!(#(#values),*)
    };
    let call = expand_call(handler, &passed);
    // A function that returns nothing is refused, but its stand-in needs something that can be sent.
    let (output, answer) = match &handler.signature.output {
        ReturnType::Default => (quote!(&'static ::core::primitive::str), quote!({ #call; "" })),
        ReturnType::Type(_, output) => (quote!(#output), call),
    };
    let values = values(types.len());
    let body = quote! {
        let ((#(#values,)*), __terms) = __auth.into_parts();
        #[allow(unreachable_code)]
        let __answer = #answer;
        __terms.answer(__answer)
    };
    expand_around(handler, &expand_argument(&quote!(#(#types,)*), &exports.faulty, exports), &output, &body, exports)
}

/// The module, whose handlers report their own faults and nothing that follows from the module's.
pub(crate) fn expand_faulty_module(module: &Module, root: Option<&Path>) -> TokenStream {
    let others: Vec<_> = module.attributes.iter().filter(|other| !module.is_ours(other)).cloned().collect();
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
