//! The attributes beside ours: route attributes of actix-web, and a second one of our own.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Path, Result, Token};

use crate::keyword::ROUTES;

/// Methods and pattern of one route attribute.
pub(crate) struct Route {
    /// Empty means any.
    pub(crate) methods: Vec<String>,
    pub(crate) path: LitStr,
}

/// Whether this is `#[get]`, `#[actix_web::route]` and so on.
pub(crate) fn is_route(attribute: &Attribute) -> bool {
    entry(attribute).is_some()
}

/// Whether this is `#[requires]` or `#[public]`, and which.
///
/// Other crates have attributes of these names, so a longer path counts only if it leads to this crate, to the `root`
/// that the user gives for it, or to a re-export in the user's own.
pub(crate) fn is_ours(attribute: &Attribute, root: Option<&Path>) -> Option<&'static str> {
    let path = attribute.path();
    let last = path.segments.last()?;
    let name = ["requires", "public"].into_iter().find(|name| last.ident == name)?;
    let segments = || path.segments.iter().map(|segment| &segment.ident);
    let own = segments().next().is_some_and(|first| ["crate", "self", "super"].iter().any(|word| first == word));
    let rooted = root.is_some_and(|root| {
        segments().count() == root.segments.len() + 1
            && segments().zip(&root.segments).all(|(own, of)| *own == of.ident)
    });
    let before = segments().rev().nth(1);
    (own || rooted || before.is_none_or(|before| before == "auth_runtime" || before == "private")).then_some(name)
}

/// The routes that a handler's attributes declare. What cannot be read is actix-web's to report.
pub(crate) fn parse_routes(attributes: &[Attribute]) -> Vec<Route> {
    attributes.iter().filter_map(|attribute| parse_route(attribute).ok().flatten()).collect()
}

fn parse_route(attribute: &Attribute) -> Result<Option<Route>> {
    let (Some((_, method)), Meta::List(_)) = (entry(attribute), &attribute.meta) else { return Ok(None) };
    attribute.parse_args_with(|input: ParseStream<'_>| {
        let path: LitStr = input.parse()?;
        let mut methods: Vec<String> = method.iter().map(|method| (*method).to_owned()).collect();
        if input.parse::<Option<Token![,]>>()?.is_some() {
            for option in Punctuated::<MetaNameValue, Token![,]>::parse_terminated(input)? {
                if let Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) = &option.value
                    && option.path.is_ident("method")
                {
                    methods.push(value.value());
                }
            }
        }
        Ok(Some(Route { methods, path }))
    })
}

fn entry(attribute: &Attribute) -> Option<&'static (&'static str, Option<&'static str>)> {
    let last = attribute.path().segments.last()?;
    ROUTES.iter().find(|(name, _)| last.ident == name)
}
