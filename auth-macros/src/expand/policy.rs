//! What stands behind a policy's type.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Type};

use super::exports::Exports;
use super::requirement::Constants;
use crate::check::demanded_of_authentication;
use crate::diag::written;
use crate::model::{Access, Alternative, Hide, Limit, Policy, RequirementKind, SchemeKind};
use crate::parse::Route;

/// The type that stands for a policy, and where its policy was written.
pub(crate) struct PolicyType<'a> {
    /// The policy's type.
    pub(crate) ty: &'a Ident,
    /// What the policy table calls it: the handler, or the type itself.
    pub(crate) name: &'a Ident,
    /// Where it is said.
    pub(crate) at: Span,
    pub(crate) routes: &'a [Route],
    pub(crate) cfg: &'a [&'a Attribute],
    /// Arguments of the handler that are called `Details<…>`, and whose types a constant can name.
    pub(crate) details: &'a [&'a Type],
}

/// What stands behind the type: its constant, which identities it yields, and its entry in the registry. What is the same
/// for all policies is in the runtime's `declare!`.
pub(crate) fn expand_policy(place: &PolicyType<'_>, policy: &Policy, exports: &Exports<'_>) -> TokenStream {
    let PolicyType { ty, cfg, .. } = place;
    let mut constants = Constants { exports, policy: ty, items: Vec::new() };
    let said = expand_said(place, policy, &mut constants);
    let constants = constants.items;
    let (declare, name, line) = (&exports.declare, place.name.unraw().to_string(), line(place.at));
    let access = expand_loading(policy, exports);
    let includes = expand_includes(ty, &policy.access, exports);
    quote! {
        #(#cfg)*
        #declare!(#ty, #name, #line, #access, { #(#constants)* } #said);
        #includes
    }
}

/// All that the attribute says, as calls on the empty policy.
fn expand_said(place: &PolicyType<'_>, policy: &Policy, constants: &mut Constants<'_>) -> TokenStream {
    let exports = constants.exports;
    let Exports {
        presence,
        hide,
        limit,
        policy: trait_,
        requirement: requirement_,
        standalone,
        tells_authentication,
        ..
    } = exports;
    let access = match &policy.access {
        Access::Public => quote!(.open()),
        Access::Schemes { optional: false, alternatives } if is_sole(alternatives) => {
            quote!(.requiring::<Self::Access>())
        }
        Access::Schemes { optional, alternatives } => {
            let presence = if *optional { quote!(#presence::Optional) } else { quote!(#presence::Required) };
            let schemes = alternatives.iter().map(|each| expand_scheme_use(each, constants));
            quote!(.accepting(#presence, &[#(#schemes),*]))
        }
        Access::Named(path) => {
            let base = quote_spanned!(path.span()=> <#path as #trait_>::SPEC);
            constants
                .items
                .push(quote_spanned!(path.span()=> const _: () = #standalone::<<#path as #trait_>::Access>();));
            // Its schemes are not known here, and the compiler knows them.
            if let Some((part, _)) = demanded_of_authentication(&policy.requirement).next() {
                let at = part.tokens.span();
                let tells = tells_authentication.at(at);
                constants.items.push(quote_spanned!(at=> const _: () = #tells::<#path>();));
            }
            quote_spanned!(path.span()=> .inheriting(#base))
        }
    };
    let demands = match (&policy.requirement.kind, &policy.access) {
        (RequirementKind::Authenticated, _) => None,
        (_, Access::Named(path)) => {
            let inherited = quote_spanned!(path.span()=> *<#path as #trait_>::SPEC.requirement());
            let inherited = constants.hoist(path.span(), requirement_, &inherited);
            let own = constants.expand_requirement(&policy.requirement);
            Some(quote!(.demanding(#requirement_::All(&[#inherited, #own]))))
        }
        _ => {
            let own = constants.expand_requirement(&policy.requirement);
            Some(quote!(.demanding(#own)))
        }
    };
    let routes = expand_routes(place.routes, exports);
    let realm = policy.realm.as_ref().map(|realm| constants.expand_text(realm, exports.realm));
    let realm = realm.map(|realm| quote!(.in_realm(#realm)));
    let hide = policy.hide.map(|said| match said {
        Hide::Everything => quote!(.hiding(#hide::Everything)),
        Hide::FromAuthenticated => quote!(.hiding(#hide::FromAuthenticated)),
    });
    let shared_cache = policy.shared_cache.then(|| quote!(.cached_by_all()));
    let operation = policy.operation.is_some().then(|| quote!(.inside_requests()));
    let by_credentials = policy.without_authorities.then(|| quote!(.by_credentials_alone()));
    let limit = policy.limit.map(|Limit { requests, seconds, by_address }| {
        let by = if by_address { quote!(by_address) } else { quote!(by_caller) };
        let (requests, seconds) = (Literal::u32_unsuffixed(requests), Literal::u32_unsuffixed(seconds));
        quote!(.limited(#limit::#by(#requests, #seconds)))
    });
    let reason = policy.reason.as_ref().map(|reason| quote!(.because(#reason)));
    let details = expand_details(place.details, constants);
    let after = policy.after.as_ref().map(|after| constants.expand_after(after));
    quote!(#access #demands #routes #realm #hide #shared_cache #by_credentials #limit #reason #details #after #operation)
}

/// What every scheme of the policy must give. A type of the user's own may be called the same.
fn expand_details(types: &[&Type], constants: &mut Constants<'_>) -> Option<TokenStream> {
    let Exports { argument, no_details, .. } = constants.exports;
    (!types.is_empty()).then(|| {
        constants.items.push(quote!(use #no_details as _;));
        quote!(.taking(&[#(#argument::<#types>::DETAILS),*]))
    })
}

/// Whether the schemes follow from the type of access.
fn is_sole(alternatives: &[Alternative]) -> bool {
    matches!(alternatives, [Alternative { kind, configuration: None, requirement: None, .. }] if kind.keyword().is_some())
}

fn expand_scheme_use(alternative: &Alternative, constants: &mut Constants<'_>) -> TokenStream {
    let exports = constants.exports;
    let ty = expand_scheme(&alternative.kind, exports);
    let keyword = match alternative.kind.keyword() {
        Some(keyword) => keyword.to_owned(),
        None => written(ty.to_token_stream()),
    };
    let configuration = alternative.configuration.as_ref().map(|name| quote!(.configured(#name)));
    let condition = alternative.requirement.as_ref().map(|own| {
        let own = constants.expand_requirement(own);
        quote!(.on_condition(#own))
    });
    let origin = alternative.kind.keyword().is_none().then(|| {
        let origin = constants.expand_origin(&keyword, 0);
        quote!(.named_in(#origin))
    });
    let at = alternative.tokens.span();
    let scheme_use = exports.scheme_use.at(at);
    quote_spanned!(at=> #scheme_use::new::<#ty>(#keyword) #origin #configuration #condition)
}

fn expand_scheme<'a>(kind: &'a SchemeKind, exports: &'a Exports<'a>) -> &'a dyn ToTokens {
    match kind {
        SchemeKind::Bearer => &exports.bearer_scheme,
        SchemeKind::Basic => &exports.basic_scheme,
        SchemeKind::ApiKey => &exports.api_key_scheme,
        SchemeKind::Digest => &exports.digest_scheme,
        SchemeKind::Dpop => &exports.dpop_scheme,
        SchemeKind::Session => &exports.session_scheme,
        SchemeKind::ClientCertificate => &exports.client_certificate_scheme,
        SchemeKind::Own(path) => path,
    }
}

fn expand_routes(routes: &[Route], exports: &Exports<'_>) -> Option<TokenStream> {
    let route_spec = &exports.route_spec;
    let each = routes.iter().map(|Route { methods, path, name, guards, .. }| {
        let name = name.as_ref().map(|name| quote!(.named(#name)));
        let guarded = (!guards.is_empty()).then(|| quote!(.under_guards()));
        quote!(#route_spec::new(&[#(#methods),*], #path) #name #guarded)
    });
    (!routes.is_empty()).then(|| quote!(.routed(&[#(#each),*])))
}

/// Which identities a handler may take, what is loaded for it, and whether it is a policy for others.
fn expand_loading(policy: &Policy, exports: &Exports<'_>) -> TokenStream {
    let Exports { loading, checked_after, .. } = exports;
    let loads = policy.requirement.loads().into_iter();
    let access = loads.fold(expand_access(&policy.access, exports), |access, ty| quote!(#loading<#access, #ty>));
    if policy.after.is_some() { quote!(#checked_after<#access>) } else { access }
}

/// Which identities a handler may take.
fn expand_access(access: &Access, exports: &Exports<'_>) -> TokenStream {
    let Exports { nobody, only, one_of, maybe, policy, .. } = exports;
    match access {
        Access::Public => quote!(#nobody),
        Access::Named(path) => quote_spanned!(path.span()=> <#path as #policy>::Access),
        Access::Schemes { optional, alternatives } => {
            let kinds = distinct(alternatives, exports);
            let list = kinds.iter().rev().fold(quote!(()), |rest, kind| quote!((#kind, #rest)));
            match (optional, kinds.as_slice()) {
                (true, _) => quote!(#maybe<#list>),
                (false, [one]) => quote!(#only<#one>),
                (false, _) => quote!(#one_of<#list>),
            }
        }
    }
}

/// Under a named policy, proof of it and of all that it builds on.
fn expand_includes(ty: &Ident, access: &Access, exports: &Exports<'_>) -> Option<TokenStream> {
    let Access::Named(path) = access else { return None };
    let includes = &exports.includes;
    Some(quote!(impl<__Of: ?::core::marker::Sized> #includes<__Of> for #ty where #path: #includes<__Of> {}))
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

/// The line of an attribute of ours, or of an entry of `policy!`. `line!()` would give that of the outermost macro, which
/// under a module's defaults is the same for all its handlers.
pub(crate) fn line(at: Span) -> TokenStream {
    if proc_macro::is_available() {
        Literal::usize_unsuffixed(at.unwrap().line()).to_token_stream()
    } else {
        quote!(::core::line!())
    }
}
