//! The policy's type: its constant, what it yields, and its place in the registry.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Path};

use super::exports::{Export, Exports};
use super::requirement::Constants;
use crate::diag::written;
use crate::model::{Access, Alternative, Hide, Policy, RequirementKind, SchemeKind};
use crate::parse::Route;

/// The type that stands for a policy, and where its policy was written.
pub(crate) struct Place<'a> {
    /// The policy's type.
    pub(crate) ty: &'a Ident,
    /// What the policy table calls it: the handler, or the type itself.
    pub(crate) name: &'a Ident,
    pub(crate) routes: &'a [Route],
    pub(crate) cfg: &'a [&'a Attribute],
}

/// The items behind the type: its constant, the traits that say what it yields, and the entry in the registry.
///
/// They stand in a `const _`, so that the user's module gains no names. `add_key` is put beside them.
pub(crate) fn expand_policy(
    place: &Place<'_>,
    policy: &Policy,
    exports: &Exports<'_>,
    also: &TokenStream,
) -> TokenStream {
    let Exports { policy: trait_, policy_spec, linked, linkme, distributed_slice, policies, .. } = exports;
    let Place { ty, cfg, .. } = place;
    let mut constants = Constants { exports, policy: ty, items: Vec::new() };
    let spec = expand_spec(place, policy, &mut constants);
    let constants = constants.items;
    let yields = expand_yields(ty, &policy.access, exports);
    quote! {
        #(#cfg)*
        const _: () = {
            impl #trait_ for #ty {
                const SPEC: #policy_spec = {
                    #(#constants)*
                    #spec
                };
            }
            #yields
            #also
            #[#distributed_slice(#policies)]
            #[linkme(crate = #linkme)]
            static __AUTH_LINKED: #linked = #linked::of::<#ty>();
        };
    }
}

fn expand_spec(place: &Place<'_>, policy: &Policy, constants: &mut Constants<'_>) -> TokenStream {
    let exports = constants.exports;
    let Exports { policy_spec, presence, hide, policy: trait_, requirement: requirement_, .. } = exports;
    let name = place.name.unraw().to_string();
    let (routes, line) = (expand_routes(place.routes, exports), line());
    let place = quote! {
        handler: ::core::concat!(::core::module_path!(), "::", #name),
        file: ::core::file!(),
        line: #line,
        routes: #routes,
    };
    let requirement = constants.expand_requirement(&policy.requirement);
    let realm = policy.realm.as_ref().map(|realm| constants.expand_text(realm, exports.realm));
    let hidden = policy.hide.map(|said| match said {
        Hide::Everything => quote!(#hide::Everything),
        Hide::FromAuthenticated => quote!(#hide::FromAuthenticated),
    });
    let shared_cache = policy.shared_cache;
    let (schemes, presence) = match &policy.access {
        Access::Named(path) => {
            let base = quote_spanned!(path.span()=> <#path as #trait_>::SPEC);
            // What the route says itself; all else is copied.
            let requirement = match policy.requirement.kind {
                RequirementKind::Authenticated => None,
                _ => {
                    let inherited = constants.hoist(path.span(), requirement_, &quote!(*#base.requirement));
                    Some(quote!(requirement: &#requirement_::All(&[#inherited, #requirement]),))
                }
            };
            let realm = realm.map(|realm| quote!(realm: ::core::option::Option::Some(#realm),));
            let hide = hidden.map(|hide| quote!(hide: #hide,));
            let shared_cache = shared_cache.then(|| quote!(shared_cache: true,));
            return quote!(#policy_spec { #place #requirement #realm #hide #shared_cache ..#base });
        }
        Access::Public => (Vec::new(), quote!(#presence::Public)),
        Access::Schemes { optional, alternatives } => {
            let schemes = alternatives.iter().map(|each| expand_scheme_use(each, exports)).collect();
            (schemes, if *optional { quote!(#presence::Optional) } else { quote!(#presence::Required) })
        }
    };
    let schemes = expand_schemes(&schemes, constants);
    let realm = expand_option(realm.as_ref());
    let hide = hidden.unwrap_or_else(|| quote!(#hide::Nothing));
    let reason = expand_option(policy.reason.as_ref());
    quote! {
        #policy_spec {
            #place
            schemes: #schemes,
            presence: #presence,
            requirement: &#requirement,
            realm: #realm,
            hide: #hide,
            shared_cache: #shared_cache,
            reason: #reason,
        }
    }
}

/// The list in a constant of its own: its elements are made by a function call, which is not promoted to `'static`.
fn expand_schemes(schemes: &[TokenStream], constants: &mut Constants<'_>) -> TokenStream {
    if schemes.is_empty() {
        return quote!(&[]);
    }
    let scheme_use = &constants.exports.scheme_use;
    let list = constants.hoist(Span::mixed_site(), &quote!(&[#scheme_use]), &quote!(&[#(#schemes),*]));
    quote!(#list)
}

fn expand_option<T: ToTokens>(value: Option<&T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn expand_scheme_use(alternative: &Alternative, exports: &Exports<'_>) -> TokenStream {
    let scheme_use = &exports.scheme_use;
    let ty = expand_scheme(&alternative.kind, exports);
    let keyword = match alternative.kind.keyword() {
        Some(keyword) => keyword.to_owned(),
        None => written(&alternative.tokens),
    };
    let configuration = expand_option(alternative.configuration.as_ref());
    let at = alternative.tokens.span();
    let scheme_use = scheme_use.at(at);
    quote_spanned!(at=> #scheme_use::new::<#ty>(#keyword, #configuration))
}

fn expand_scheme<'a>(kind: &'a SchemeKind, exports: &'a Exports<'a>) -> &'a dyn ToTokens {
    match kind {
        SchemeKind::Bearer => &exports.bearer_scheme,
        SchemeKind::Basic => &exports.basic_scheme,
        SchemeKind::ApiKey => &exports.api_key_scheme,
        SchemeKind::Digest => &exports.digest_scheme,
        SchemeKind::Own(path) => path,
    }
}

fn expand_routes(routes: &[Route], exports: &Exports<'_>) -> TokenStream {
    let route_spec = &exports.route_spec;
    let routes =
        routes.iter().map(|Route { methods, path }| quote!(#route_spec { methods: &[#(#methods),*], path: #path }));
    quote!(&[#(#routes),*])
}

/// Which identities a handler may take: those in `Yields` as they are, those in `MayYield` as `Optional`.
fn expand_yields(ty: &Ident, access: &Access, exports: &Exports<'_>) -> TokenStream {
    let Exports { yields, may_yield, includes, .. } = exports;
    let any_scheme: &dyn ToTokens = &exports.any_scheme;
    match access {
        Access::Public => TokenStream::new(),
        Access::Named(path) => forward(ty, path, [*yields, *may_yield, *includes]),
        Access::Schemes { optional, alternatives } => {
            let kinds = distinct(alternatives, exports);
            let certain = match (optional, kinds.as_slice()) {
                (true, _) => Vec::new(),
                (false, [only]) => vec![*only, any_scheme],
                (false, _) => vec![any_scheme],
            };
            let possible = kinds.iter().chain([&any_scheme]);
            quote! {
                #(impl #yields<#certain> for #ty {})*
                #(impl #may_yield<#possible> for #ty {})*
            }
        }
    }
}

/// The schemes without their configurations: `any(bearer("a"), bearer("b"))` is certain to yield a bearer.
fn distinct<'a>(alternatives: &'a [Alternative], exports: &'a Exports<'a>) -> Vec<&'a dyn ToTokens> {
    let text = |kind: &dyn ToTokens| kind.to_token_stream().to_string();
    let mut kinds: Vec<&dyn ToTokens> = Vec::new();
    for alternative in alternatives {
        let kind = expand_scheme(&alternative.kind, exports);
        if !kinds.iter().any(|known| text(*known) == text(kind)) {
            kinds.push(kind);
        }
    }
    kinds
}

fn forward(ty: &Ident, path: &Path, traits: [Export<'_>; 3]) -> TokenStream {
    let impls = traits.map(|trait_| {
        quote! {
            impl<__Of: ?::core::marker::Sized> #trait_<__Of> for #ty where #path: #trait_<__Of> {}
        }
    });
    quote!(#(#impls)*)
}

/// The attribute's line. `line!()` would give that of the outermost macro, which under a module's defaults is the same
/// for all its handlers.
fn line() -> TokenStream {
    if proc_macro::is_available() {
        let line = Literal::usize_unsuffixed(proc_macro::Span::call_site().line());
        quote!(#line)
    } else {
        quote!(::core::line!())
    }
}
