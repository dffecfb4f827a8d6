//! `inner = name`: the user's function under a name of its own, and a handler that calls it.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::exports::Exports;
use super::handler::{cfg, expand_turbofish, is_of_outer, sort};
use crate::model::InnerFunction;
use crate::parse::{Argument, Handler};

/// The function, which takes the proof of `policy` before the user's arguments; and the handler, which has that proof.
pub(crate) fn split_inner(
    handler: &Handler,
    inner: &InnerFunction,
    policy: &dyn ToTokens,
    exports: &Exports<'_>,
) -> (TokenStream, Handler) {
    let (Handler { signature, body, .. }, InnerFunction { visibility, name }) = (handler, inner);
    let (granted, cfg, [of_inner, _]) = (exports.granted, cfg(&handler.attributes), sort(&handler.attributes));
    let (generics, inputs, output) = (&signature.generics, &signature.inputs, &signature.output);
    let where_clause = &generics.where_clause;
    let function = quote! {
        #(#cfg)*
        #(#of_inner)*
        #[allow(clippy::unused_async, clippy::too_many_arguments)]
        #visibility async fn #name #generics (_: &#granted<#policy>, #inputs) #output #where_clause #body
    };

    let span = Span::mixed_site();
    let proof = Ident::new("__granted", span);
    let names: Vec<Ident> =
        (0..handler.arguments.len()).map(|number| format_ident!("__argument{number}", span = span)).collect();
    let types = handler.arguments.iter().map(|argument| &argument.ty);
    let mut outer = signature.clone();
    outer.inputs = syn::parse_quote!(#proof: #granted<#policy>, #(#names: #types),*);
    let turbofish = expand_turbofish(generics);
    let call = quote!(#name #turbofish (&#proof, #(#names),*).await);
    let arguments = outer.inputs.iter().filter_map(Argument::of).collect();
    let attributes = handler.attributes.iter().filter(|attribute| is_of_outer(attribute)).cloned().collect();
    let body = Group::new(proc_macro2::Delimiter::Brace, call);
    let (routes, ours, visibility) = (handler.routes.clone(), handler.ours.clone(), handler.visibility.clone());
    (function, Handler { routes, ours, attributes, visibility, signature: outer, arguments, body })
}
