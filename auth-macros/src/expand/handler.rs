//! The user's function inside, a thin wrapper around it.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, ReturnType, Type};

use super::exports::Exports;
use super::policy::{Place, expand_policy};
use crate::model::Policy;
use crate::parse::{Argument, Handler, parse_routes};

/// Attributes on the user's function that hold for the wrapper too: they speak about the item as others see it.
const OF_BOTH: &[&str] = &["allow", "warn", "deny", "forbid"];
/// Attributes that belong to the wrapper alone.
const OF_WRAPPER: &[&str] = &["doc", "deprecated"];

/// The policy's type and items, and the wrapper.
pub(crate) fn expand_handler(handler: &Handler, policy: &Policy) -> TokenStream {
    let exports = Exports::new(policy.root.as_ref());
    let ty = policy_type(&handler.signature.ident);
    let cfg = cfg(&handler.attributes);
    let routes = parse_routes(&handler.routes);
    let place = Place { ty: &ty, name: &handler.signature.ident, routes: &routes, cfg: &cfg };
    let declared = expand_declared(handler, &ty, &exports);
    let takes = expand_takes(handler, &ty, &exports);
    let items = expand_policy(&place, policy, &exports, &quote!(#declared #takes));
    let wrapper = expand_wrapper(handler, &ty, &exports);
    quote! {
        #(#cfg)*
        enum #ty {}
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
pub(crate) fn expand_declared(handler: &Handler, policy: &impl ToTokens, exports: &Exports<'_>) -> TokenStream {
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
fn expand_wrapper(handler: &Handler, policy: &Ident, exports: &Exports<'_>) -> TokenStream {
    let types: Vec<&Type> = handler.arguments.iter().map(|argument| &argument.ty).collect();
    let values = values(types.len());
    let call = expand_call(handler, &quote!(#(#values),*));
    let output = match &handler.signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    let (argument, values, assertions) = if is_nameable(handler) {
        let argument = &exports.argument;
        let places: Vec<Literal> = (0..types.len()).map(Literal::usize_unsuffixed).collect();
        let taken = quote!(#(#argument<#policy, #places>,)*);
        (expand_argument(&taken, policy, exports), quote!(#(#argument(#values),)*), Vec::new())
    } else {
        let assertions = expand_assertions(&types, policy, exports);
        (expand_argument(&quote!(#(#types,)*), policy, exports), quote!(#(#values,)*), assertions)
    };
    let body = quote! {
        #(#assertions)*
        let ((#values), __terms) = __auth.into_parts();
        __terms.answer(#call)
    };
    expand_around(handler, &argument, &output, &body, exports)
}

/// Whether the types of the arguments can be named outside the function: they mention no parameters of its own, no
/// `impl Trait` and no lifetime without a name.
fn is_nameable(handler: &Handler) -> bool {
    let types = || handler.arguments.iter().map(|argument| &argument.ty);
    handler.signature.generics.params.is_empty() && !types().any(|ty| mentions(quote!(#ty), &["impl", "&", "'"]))
}

/// The types of the arguments by their places. One that the policy does not yield is reported here, at its own span.
fn expand_takes(handler: &Handler, policy: &Ident, exports: &Exports<'_>) -> TokenStream {
    if !is_nameable(handler) {
        return TokenStream::new();
    }
    let each = handler.arguments.iter().enumerate().map(|(place, Argument { ty, .. })| {
        let (takes, place) = (exports.takes.at(ty.span()), Literal::usize_unsuffixed(place));
        quote_spanned!(ty.span()=> impl #takes<#place> for #policy { type Argument = #ty; })
    });
    quote!(#(#each)*)
}

/// The wrapper's one argument.
pub(crate) fn expand_argument(types: &TokenStream, policy: &impl ToTokens, exports: &Exports<'_>) -> TokenStream {
    let authorized = &exports.authorized;
    quote!(__auth: #authorized<#policy, (#types)>)
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
    exports: &Exports<'_>,
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

/// One statement for each argument of a generic handler, at the span of its type, where its parameters are in scope.
fn expand_assertions(types: &[&Type], policy: &Ident, exports: &Exports<'_>) -> Vec<TokenStream> {
    // `impl Trait` has no name to assert anything about.
    let named = types.iter().filter(|ty| !mentions(quote!(#ty), &["impl"]));
    named
        .map(|ty| {
            let assert_argument = exports.assert_argument.at(ty.span());
            quote_spanned!(ty.span()=> #assert_argument::<#policy, #ty>();)
        })
        .collect()
}

fn mentions(tokens: TokenStream, wanted: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        TokenTree::Ident(word) => wanted.iter().any(|wanted| word == wanted),
        TokenTree::Punct(punct) => wanted.iter().any(|wanted| punct.as_char().to_string() == *wanted),
        TokenTree::Literal(_) => false,
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
