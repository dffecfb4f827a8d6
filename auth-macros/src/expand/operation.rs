//! `operation`: the user's function, which takes the proof that its policy has admitted the caller.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Path;

use super::exports::Exports;
use super::faulty::expand_faulty_handler;
use super::handler::{cfg, is_of_outer};
use super::policy::{PolicyType, expand_policy};
use crate::model::{Access, Policy};
use crate::parse::{Block, Handler};

/// A type of the function's name, which stands for its policy, and the function.
pub(crate) fn expand_operation(handler: &Handler, policy: &Policy, exports: &Exports<'_>) -> TokenStream {
    let (name, includes, cfg) = (&handler.signature.ident, &exports.includes, cfg(&handler.attributes));
    let (visibility, at) = (&handler.visibility, Span::call_site());
    let place = PolicyType { ty: name, name, at, routes: &[], cfg: &cfg, details: &[] };
    let said = expand_policy(&place, policy, exports);
    let of_type = handler.attributes.iter().filter(|attribute| is_of_outer(attribute));
    let function = expand_function(handler, exports);
    // A policy that takes over another's is proof of itself too.
    let own =
        matches!(policy.access, Access::Schemes { .. }).then(|| quote!(#(#cfg)* impl #includes<#name> for #name {}));
    quote! {
        #(#of_type)*
        #[allow(non_camel_case_types)]
        #visibility enum #name {}
        #said
        #own
        #function
    }
}

/// The same where its attribute is faulty: the proof is of a policy that nothing enforces.
pub(crate) fn expand_faulty_operation(handler: &Handler, root: Option<&Path>) -> TokenStream {
    if handler.block() != Block::Other {
        return expand_faulty_handler(handler, root);
    }
    let exports = Exports::new(root);
    let (name, cfg, visibility) = (&handler.signature.ident, cfg(&handler.attributes), &handler.visibility);
    let (function, faulty) = (expand_function(handler, &exports), &exports.faulty);
    quote! {
        #(#cfg)*
        #[allow(non_camel_case_types, missing_docs)]
        #visibility type #name = #faulty;
        #function
    }
}

fn expand_function(handler: &Handler, exports: &Exports<'_>) -> TokenStream {
    let Handler { attributes, visibility, signature, body, .. } = handler;
    let mut taking = signature.clone();
    let (name, granted) = (&signature.ident, &exports.granted);
    taking.inputs.insert(0, syn::parse_quote!(_: &#granted<#name>));
    quote! {
        #(#attributes)*
        #[allow(clippy::unused_async, clippy::too_many_arguments)]
        #visibility #taking #body
    }
}
