//! The user's function inside, a thin wrapper around it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, ReturnType, Type};

use super::exports::Exports;
use super::policy::{Place, expand_policy};
use crate::model::Policy;
use crate::parse::{Handler, parse_routes};

/// Attributes on the user's function that hold for the wrapper too: they speak about the item as others see it.
const OF_BOTH: &[&str] = &["allow", "warn", "deny", "forbid"];
/// Attributes that belong to the wrapper alone.
const OF_WRAPPER: &[&str] = &["doc", "deprecated"];

/// The policy's type and items, and the wrapper.
pub(crate) fn expand_handler(handler: &Handler, policy: &Policy) -> TokenStream {
    let exports = Exports::new(policy.root.as_ref());
    let ty = policy_type(&handler.signature.ident);
    let (cfg, visibility) = (cfg(&handler.attributes), &handler.visibility);
    let routes = parse_routes(&handler.routes);
    let place = Place { ty: &ty, name: &handler.signature.ident, routes: &routes, cfg: &cfg };
    let declared = expand_declared(handler, &quote!(#ty), &exports);
    let items = expand_policy(&place, policy, &exports, &declared);
    let wrapper = expand_wrapper(handler, &quote!(#ty), &exports);
    quote! {
        #(#cfg)*
        #[doc(hidden)]
        #visibility enum #ty {}
        #items
        #wrapper
    }
}

fn policy_type(handler: &Ident) -> Ident {
    format_ident!("__{}_policy", handler.unraw(), span = Span::mixed_site())
}

/// `#[cfg]`s, which stand on every item.
pub(crate) fn cfg(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// The route attribute makes a unit struct of the handler's name: that is what gets mounted.
pub(crate) fn expand_declared(handler: &Handler, policy: &TokenStream, exports: &Exports) -> TokenStream {
    if handler.routes.is_empty() {
        return TokenStream::new();
    }
    let Exports { declared, declarations, .. } = exports;
    let name = &handler.signature.ident;
    quote! {
        impl #declared for #name {
            fn declare(&self, __to: &mut #declarations) {
                __to.policy::<#policy>();
            }
        }
    }
}

/// The function that actix-web calls.
pub(crate) fn expand_wrapper(handler: &Handler, policy: &TokenStream, exports: &Exports) -> TokenStream {
    let Exports { authorized, answered, .. } = exports;
    let Handler { routes, visibility, signature, body, .. } = handler;
    let (name, generics) = (&signature.ident, &signature.generics);
    let where_clause = &generics.where_clause;
    let [of_inner, of_wrapper] = sort(&handler.attributes);
    let cfg = cfg(&handler.attributes);
    let types: Vec<&Type> = handler.arguments.iter().map(|argument| &argument.ty).collect();
    let output = match &signature.output {
        // Refused; the stand-in still needs something that can be sent.
        ReturnType::Default => quote!(&'static ::core::primitive::str),
        ReturnType::Type(_, output) => quote!(#output),
    };
    let values: Vec<Ident> =
        (0..types.len()).map(|index| format_ident!("__{}", index, span = Span::mixed_site())).collect();
    let assertions = expand_assertions(&types, policy, exports);
    let turbofish = expand_turbofish(generics);
    let awaited = signature.asyncness.map(|_| quote!(.await));
    let call = quote!(#name #turbofish(#(#values),*) #awaited);
    let call = match &signature.output {
        ReturnType::Default => quote!({ #call; "" }),
        ReturnType::Type(..) => call,
    };
    // In the order that a reader of the expansion expects: what the user wrote first.
    quote! {
        #(#cfg)*
        #(#of_wrapper)*
        #(#routes)*
        #visibility async fn #name #generics (__auth: #authorized<#policy, (#(#types,)*)>) -> #answered<#output> #where_clause {
            #(#of_inner)*
            #[allow(clippy::unused_async)]
            #signature #body
            #(#assertions)*
            let ((#(#values,)*), __terms) = __auth.into_parts();
            __terms.answer(#call)
        }
    }
}

/// One statement for each argument, at the span of its type: that is where an identity the policy does not yield shows.
fn expand_assertions(types: &[&Type], policy: &TokenStream, exports: &Exports) -> Vec<TokenStream> {
    let assert_argument = &exports.assert_argument;
    // `impl Trait` has no name to assert anything about.
    let named = types.iter().filter(|ty| !mentions_impl(quote!(#ty)));
    named.map(|ty| quote_spanned!(ty.span()=> #assert_argument::<#policy, #ty>();)).collect()
}

fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(word) => word == "impl",
        proc_macro2::TokenTree::Group(group) => mentions_impl(group.stream()),
        _ => false,
    })
}

/// Types and constants by name, since the arguments need not determine them; lifetimes are always inferred.
fn expand_turbofish(generics: &syn::Generics) -> Option<TokenStream> {
    let names: Vec<&Ident> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => Some(&ty.ident),
            GenericParam::Const(constant) => Some(&constant.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

/// The attributes of the user's function, and those of the wrapper.
fn sort(attributes: &[Attribute]) -> [Vec<&Attribute>; 2] {
    let is = |attribute: &Attribute, names: &[&str]| names.iter().any(|name| attribute.path().is_ident(name));
    let others = || attributes.iter().filter(|attribute| !attribute.path().is_ident("cfg"));
    [
        others().filter(|attribute| !is(attribute, OF_WRAPPER)).collect(),
        others().filter(|attribute| is(attribute, OF_WRAPPER) || is(attribute, OF_BOTH)).collect(),
    ]
}
