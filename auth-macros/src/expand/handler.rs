//! The user's function inside, a thin wrapper around it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, ReturnType, Type};

use super::exports::{Exports, at};
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

/// The function that actix-web calls, around the user's own.
fn expand_wrapper(handler: &Handler, policy: &TokenStream, exports: &Exports) -> TokenStream {
    let types: Vec<&Type> = handler.arguments.iter().map(|argument| &argument.ty).collect();
    let values = values(types.len());
    let assertions = expand_assertions(&types, policy, exports);
    let call = expand_call(handler, &quote!(#(#values),*));
    let output = &handler.signature.output;
    let output = match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    let body = quote! {
        #(#assertions)*
        let ((#(#values,)*), __terms) = __auth.into_parts();
        __terms.answer(#call)
    };
    expand_around(handler, &expand_argument(&types, policy, exports), &output, &body, exports)
}

/// The wrapper's one argument.
pub(crate) fn expand_argument(types: &[&Type], policy: &TokenStream, exports: &Exports) -> TokenStream {
    let authorized = &exports.authorized;
    quote!(__auth: #authorized<#policy, (#(#types,)*)>)
}

/// Names for the extracted arguments.
pub(crate) fn values(count: usize) -> Vec<Ident> {
    (0..count).map(|index| format_ident!("__{}", index, span = Span::mixed_site())).collect()
}

/// Calls the user's function.
pub(crate) fn expand_call(handler: &Handler, values: &TokenStream) -> TokenStream {
    let (name, turbofish) = (&handler.signature.ident, expand_turbofish(&handler.signature.generics));
    let awaited = handler.signature.asyncness.map(|_| quote!(.await));
    quote!(#name #turbofish(#values) #awaited)
}

/// A function of the handler's name, with the user's own first inside it.
pub(crate) fn expand_around(
    handler: &Handler,
    argument: &TokenStream,
    output: &TokenStream,
    body: &TokenStream,
    exports: &Exports,
) -> TokenStream {
    let answered = &exports.answered;
    let Handler { routes, visibility, signature, body: users_body, .. } = handler;
    let (name, generics, where_clause) = (&signature.ident, &signature.generics, &signature.generics.where_clause);
    let [of_inner, of_wrapper] = sort(&handler.attributes);
    let cfg = cfg(&handler.attributes);
    quote! {
        #(#cfg)*
        #(#of_wrapper)*
        #(#routes)*
        #visibility async fn #name #generics (#argument) -> #answered<#output> #where_clause {
            #(#of_inner)*
            #[allow(clippy::unused_async)]
            #signature #users_body
            #body
        }
    }
}

/// One statement for each argument, at the span of its type: that is where an identity the policy does not yield shows.
fn expand_assertions(types: &[&Type], policy: &TokenStream, exports: &Exports) -> Vec<TokenStream> {
    // `impl Trait` has no name to assert anything about.
    let named = types.iter().filter(|ty| !mentions_impl(quote!(#ty)));
    named
        .map(|ty| {
            let assert_argument = at(ty.span(), &exports.assert_argument);
            quote_spanned!(ty.span()=> #assert_argument::<#policy, #ty>();)
        })
        .collect()
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
