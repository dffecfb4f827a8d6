//! The user's function inside what is mounted in its place.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, ConstParam, GenericParam, Path, ReturnType, Type, TypeParam};

use super::exports::{Exports, Way};
use super::generics::{argument_types, generics};
use super::inner::split_inner;
use super::module;
use super::operation::expand_operation;
use super::policy::{PolicyType, expand_policy};
use crate::check::place;
use crate::model::{Access, AfterCall, Alternative, Policy, SchemeKind};
use crate::parse::{Dialect, Handler, Route, is_routes, mentions, reads_route};

/// Attributes on the user's function that hold for what stands in its place too: they speak about the item as others see
/// it.
const OF_BOTH: &[&str] = &["allow", "warn", "deny", "forbid"];
/// Attributes that belong to the outer item alone.
const OF_OUTER: &[&str] = &["doc", "deprecated"];

/// With route attributes, a type that mounts itself; without, a function to be mounted by hand. Both have the user's
/// function inside, and the policy in front of it.
pub(crate) fn expand_handler(handler: &Handler, routes: &[Route], policy: &Policy) -> TokenStream {
    let exports = Exports::new(policy.root.as_ref());
    if policy.operation.is_some() {
        return expand_operation(handler, policy, &exports);
    }
    if let Some(inner) = &policy.inner {
        let name = &handler.signature.ident;
        let (proved, includes): (&dyn ToTokens, _) = match &policy.access {
            Access::Named(path) => (path, None),
            _ => (name, Some(expand_includes_itself(handler, &exports))),
        };
        let (function, outer) = split_inner(handler, inner, proved, &exports);
        let outer = expand_outer(&outer, routes, policy, &exports);
        return quote!(#function #outer #includes);
    }
    expand_outer(handler, routes, policy, &exports)
}

/// A handler is proof of its own policy where its function can be called by others.
fn expand_includes_itself(handler: &Handler, exports: &Exports<'_>) -> TokenStream {
    let (name, cfg, includes) = (&handler.signature.ident, cfg(&handler.attributes), &exports.includes);
    quote!(#(#cfg)* impl #includes<#name> for #name {})
}

fn expand_outer(handler: &Handler, routes: &[Route], said: &Policy, exports: &Exports<'_>) -> TokenStream {
    let (name, at) = (&handler.signature.ident, Span::call_site());
    let (cfg, details) = (cfg(&handler.attributes), details(handler));
    if routes.is_empty() {
        let ty = policy_type(name);
        let policy =
            expand_policy(&PolicyType { ty: &ty, name, at, routes, cfg: &cfg, details: &details }, said, exports);
        let visibility = &handler.visibility;
        let function = expand_by_hand(handler, &ty, said, exports);
        return quote! {
            #(#cfg)*
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            #visibility enum #ty {}
            #policy
            #function
        };
    }
    let policy = expand_policy(&PolicyType { ty: name, name, at, routes, cfg: &cfg, details: &details }, said, exports);
    let service = expand_service(handler, routes, said, exports);
    let ty = expand_type(handler);
    quote!(#ty #policy #service)
}

/// The handler with the attributes that describe its route above ours, where they see the route's own and may add items
/// beside the handler.
pub(crate) fn expand_reordered(
    handler: &Handler,
    dialect: Dialect,
    root: Option<&Path>,
    arguments: &TokenStream,
) -> TokenStream {
    let exports = Exports::new(root);
    let attribute = match dialect {
        Dialect::Requires => &exports.requires,
        Dialect::Public => &exports.public,
    };
    let Handler { ours, routes, .. } = handler;
    let (above, below): (Vec<_>, Vec<_>) = handler.attributes.iter().partition(|attribute| reads_route(attribute));
    let function = module::expand_function(handler);
    quote! {
        #(#above)*
        #[#attribute(#arguments)]
        #(#ours)*
        #(#routes)*
        #(#below)*
        #function
    }
}

/// As visible as the handler: whoever mounts the function needs it.
fn policy_type(handler: &Ident) -> Ident {
    format_ident!("__{}_policy", handler.unraw(), span = Span::mixed_site())
}

/// `#[cfg]`s, which stand on every item.
pub(crate) fn cfg(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// The unit struct of the handler's name: what gets mounted, and what stands for its policy.
pub(crate) fn expand_type(handler: &Handler) -> TokenStream {
    let Handler { visibility, signature, .. } = handler;
    let (name, cfg, [_, of_outer]) = (&signature.ident, cfg(&handler.attributes), sort(&handler.attributes));
    quote! {
        #(#cfg)*
        #(#of_outer)*
        #[allow(non_camel_case_types)]
        #visibility struct #name;
    }
}

/// The registration at its routes, as actix-web's own attributes do it.
fn expand_service(handler: &Handler, routes: &[Route], said: &Policy, exports: &Exports<'_>) -> TokenStream {
    let name = &handler.signature.ident;
    let places = if routes.iter().all(|route| route.guards.is_empty() && route.wraps.is_empty()) {
        quote!(__config)
    } else {
        let Exports { app_service, customized, fn_guard, http_service_factory, resource, .. } = exports;
        let each = routes.iter().enumerate().map(|(number, Route { guards, wraps, .. })| {
            let number = Literal::usize_unsuffixed(number);
            let customized = quote!(__resource #(.guard(#fn_guard(#guards)))* #(.wrap(#wraps))*);
            quote!(#number => #http_service_factory::register(#customized, __config),)
        });
        quote! {
            &mut #customized(__config, |__route: ::core::primitive::usize, __resource: #resource, __config: &mut #app_service| {
                match __route {
                    #(#each)*
                    _ => {}
                }
            })
        }
    };
    let (import, function) = (expand_import(handler), expand_function(handler));
    let register = expand_call(handler, Way::Register, said, &quote!(Self), &places, exports);
    expand_factory(handler, name, &quote!(#import #function #register;), exports)
}

pub(crate) fn expand_factory(
    handler: &Handler,
    name: &Ident,
    body: &TokenStream,
    exports: &Exports<'_>,
) -> TokenStream {
    let Exports { http_service_factory, app_service, .. } = exports;
    let cfg = cfg(&handler.attributes);
    quote! {
        #(#cfg)*
        impl #http_service_factory for #name {
            fn register(self, __config: &mut #app_service) {
                #body
            }
        }
    }
}

/// The route attribute is read here and left out, but its import is used. Those below `#[routes]` need none.
pub(crate) fn expand_import(handler: &Handler) -> Option<TokenStream> {
    let routes = handler.routes.iter().find(|attribute| is_routes(attribute));
    let path = routes.or(handler.routes.first())?.path();
    Some(quote!(#[allow(unused_imports)] use #path as _;))
}

/// A function of the handler's name that takes what the policy admitted.
fn expand_by_hand(handler: &Handler, policy: &Ident, said: &Policy, exports: &Exports<'_>) -> TokenStream {
    let output = match &handler.signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    let function = expand_function(handler);
    let run = expand_call(handler, Way::Run, said, policy, &quote!(__auth), exports);
    expand_around(handler, policy, &output, &quote!(#function #run), exports)
}

pub(crate) fn expand_around(
    handler: &Handler,
    policy: &impl ToTokens,
    output: &TokenStream,
    body: &TokenStream,
    exports: &Exports<'_>,
) -> TokenStream {
    let Exports { authorized, future, answered, .. } = exports;
    let Handler { visibility, signature, .. } = handler;
    let (name, where_clause) = (&signature.ident, &signature.generics.where_clause);
    let (cfg, [_, of_outer]) = (cfg(&handler.attributes), sort(&handler.attributes));
    let generics = generics(handler);
    quote! {
        #(#cfg)*
        #(#of_outer)*
        #visibility fn #name #generics (
            __auth: #authorized<#policy>
        ) -> impl #future<Output = #answered<#output>> #where_clause {
            #body
        }
    }
}

/// The user's own function.
pub(crate) fn expand_function(handler: &Handler) -> TokenStream {
    let Handler { signature, body, .. } = handler;
    let [of_inner, _] = sort(&handler.attributes);
    quote! {
        #(#of_inner)*
        #[allow(clippy::unused_async)]
        #signature #body
    }
}

/// Hands the user's function to the runtime. The types of its arguments stand at their own spans, where one that the policy
/// does not yield is reported; those that cannot be named here are inferred from the function.
fn expand_call(
    handler: &Handler,
    way: Way,
    said: &Policy,
    policy: &impl ToTokens,
    with: &TokenStream,
    exports: &Exports<'_>,
) -> TokenStream {
    let count = handler.arguments.len();
    let (callee, name) = (exports.handler(way, count), &handler.signature.ident);
    let turbofish = expand_turbofish(&handler.signature.generics);
    let types = argument_types(handler)
        .into_iter()
        .map(|ty| if mentions(ty.to_token_stream(), &["&", "'"]) { quote!(_,) } else { quote!(#ty,) });
    let ways = handler.arguments.iter().map(|argument| expand_way(&argument.ty, said, exports));
    let Some(after) = &said.after else {
        return quote!(#callee::<#policy, #(#types)* _, #(#ways)*>(#name #turbofish, #with));
    };
    let after = expand_after_check(handler, after, policy, exports);
    let callee = match way {
        Way::Register => exports.register_after,
        Way::Run => exports.run_after,
    };
    quote!(#callee::<#policy, (#(#types)*), (#(#ways)*), _>(#name #turbofish, #after, #with))
}

/// By which way an argument comes. Where its name tells, the compiler reports what keeps it from coming that way, such as a
/// missing `Deserialize`, and not that no way was found.
fn expand_way(ty: &Type, said: &Policy, exports: &Exports<'_>) -> TokenStream {
    const EXTRACTORS: [&str; 4] = ["Form", "Json", "Path", "Query"];
    let Type::Path(path) = ty else { return quote!(_,) };
    let Some(last) = path.path.segments.last().filter(|last| !last.arguments.is_none()) else { return quote!(_,) };
    if EXTRACTORS.iter().any(|name| last.ident == name) {
        let way = exports.via_request;
        return quote!(#way,);
    }
    let alternatives = match &said.access {
        Access::Schemes { optional: false, alternatives } => &**alternatives,
        _ => &[],
    };
    let of_tokens = match alternatives {
        [Alternative { kind: SchemeKind::Bearer, .. }] => Some("Bearer"),
        [Alternative { kind: SchemeKind::Dpop, .. }] => Some("Dpop"),
        _ => None,
    };
    if of_tokens.is_some_and(|name| last.ident == name) {
        let way = exports.via_token;
        return quote!(#way,);
    }
    quote!(_,)
}

/// What runs the check of arguments: it gets references to those that it names.
fn expand_after_check(
    handler: &Handler,
    after: &AfterCall,
    policy: &impl ToTokens,
    exports: &Exports<'_>,
) -> TokenStream {
    let AfterCall { path, arguments } = after;
    let (at, span) = (path.span(), Span::mixed_site());
    let (all, context) = (Ident::new("__arguments", span), Ident::new("__context", span));
    let seen = arguments.iter().filter_map(|argument| {
        // All of it at the name, where a type that does not fit is reported.
        let at = span.located_at(argument.span());
        let (seen, all) = (exports.seen.at(at), Ident::new("__arguments", at));
        let mut place = Literal::usize_unsuffixed(place(handler, argument)?);
        place.set_span(at);
        Some(quote_spanned!(at=> #seen(&#all.#place)))
    });
    let each = arguments.iter().map(|_| quote!(_,));
    let run_check = exports.run_check.at(at);
    // At the path's span, where the bound on the function is reported.
    let run = quote_spanned!(at=> #run_check::<#policy, (#(#each)*), _, _, _>(#path, || (#(#seen,)*), #context));
    quote!(|#all, #context| #run)
}

/// The arguments that are called `Details<…>` or `OutgoingToken`. A constant cannot name what a generic function has parameters for.
fn details(handler: &Handler) -> Vec<&Type> {
    let is_called_so = |ty: &&Type| match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident == "Details" || last.ident == "OutgoingToken")
        }
        _ => false,
    };
    let parameters: Vec<String> = parameters(&handler.signature.generics).iter().map(ToString::to_string).collect();
    let unnameable: Vec<&str> = ["&", "'", "impl"].into_iter().chain(parameters.iter().map(String::as_str)).collect();
    let nameable = |ty: &&Type| !mentions(ty.to_token_stream(), &unnameable);
    handler.arguments.iter().map(|argument| &argument.ty).filter(is_called_so).filter(nameable).collect()
}

/// Types and constants by name, since the arguments need not determine them; lifetimes are always inferred.
pub(crate) fn expand_turbofish(generics: &syn::Generics) -> Option<TokenStream> {
    let names = parameters(generics);
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

/// Its types and constants.
fn parameters(generics: &syn::Generics) -> Vec<&Ident> {
    let name = |parameter| match parameter {
        &GenericParam::Type(TypeParam { ref ident, .. }) | &GenericParam::Const(ConstParam { ref ident, .. }) => {
            Some(ident)
        }
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}

/// The attributes of the user's function, and those of the outer item. `#[cfg]`s are of neither.
pub(crate) fn sort(attributes: &[Attribute]) -> [Vec<&Attribute>; 2] {
    let others = || attributes.iter().filter(|attribute| !attribute.path().is_ident("cfg"));
    let of_outer_alone = |attribute: &&Attribute| OF_OUTER.iter().any(|name| attribute.path().is_ident(name));
    [
        others().filter(|attribute| !of_outer_alone(attribute)).collect(),
        others().filter(|attribute| is_of_outer(attribute)).collect(),
    ]
}

/// Whether an attribute stands on what others see: that includes `#[cfg]`.
pub(crate) fn is_of_outer(attribute: &Attribute) -> bool {
    [OF_OUTER, OF_BOTH, &["cfg"]].concat().iter().any(|name| attribute.path().is_ident(name))
}
