//! The attributes beside ours: route attributes of actix-web, a second one of our own, and those that read the route.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Lit, LitStr, Meta, MetaNameValue, Path, Result, Token};

use crate::diag::{remedy, written};
use crate::keyword::ROUTES;

/// One place to mount a handler at, with the options of actix-web's attributes.
pub(crate) struct Route {
    pub(crate) methods: Vec<String>,
    pub(crate) path: LitStr,
    pub(crate) name: Option<LitStr>,
    pub(crate) guards: Vec<Path>,
    pub(crate) wraps: Vec<Expr>,
}

/// Whether this is `#[get]`, `#[actix_web::route]` and so on.
pub(crate) fn is_route(attribute: &Attribute) -> bool {
    entry(attribute).is_some()
}

/// Whether this is `#[routes]`.
pub(crate) fn is_routes(attribute: &Attribute) -> bool {
    entry(attribute).is_some_and(|(name, _)| *name == "routes")
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
    (own || rooted || before.is_none_or(|before| before == "auth_runtime" || before == "__private")).then_some(name)
}

/// Whether this attribute describes the route it stands on, and therefore needs to see the route's own attribute and to
/// add items beside the handler: `#[utoipa::path]`, also behind a `cfg_attr`.
pub(crate) fn reads_route(attribute: &Attribute) -> bool {
    let path = attribute.path();
    if path.is_ident("cfg_attr") {
        return matches!(&attribute.meta, Meta::List(list) if names_utoipa(list.tokens.clone()));
    }
    path.segments.len() > 1 && path.segments.last().is_some_and(|last| last.ident == "path")
}

fn names_utoipa(tokens: TokenStream) -> bool {
    let words: Vec<String> =
        tokens.into_iter().filter(|token| matches!(token, TokenTree::Ident(_))).map(|word| word.to_string()).collect();
    words.windows(2).any(|pair| matches!(pair, [first, second] if first == "utoipa" && second == "path"))
}

/// The routes that a handler's attributes declare.
pub(crate) fn parse_routes(attributes: &[Attribute]) -> Result<Vec<Route>> {
    let (several, each): (Vec<_>, Vec<_>) = attributes.iter().partition(|attribute| is_routes(attribute));
    match (&*several, &*each) {
        ([], [_, second, ..]) => {
            let fault = "a second route attribute on one handler; write `#[routes]` above them to mount it at each";
            return Err(Error::new_spanned(second, fault));
        }
        ([routes], []) => {
            return Err(Error::new_spanned(
                routes,
                "`#[routes]` names no route; write them below, as in `#[get(\"/\")]`",
            ));
        }
        ([_, second, ..], _) => return Err(Error::new_spanned(second, "`#[routes]` given twice; remove one")),
        _ => {}
    }
    let mut faults: Option<Error> = None;
    let mut routes = Vec::new();
    for attribute in each {
        match parse_route(attribute) {
            Ok(route) => routes.push(route),
            Err(fault) => super::split::combine(&mut faults, fault),
        }
    }
    faults.map_or(Ok(routes), Err)
}

fn parse_route(attribute: &Attribute) -> Result<Route> {
    let (word, method) = entry(attribute).copied().unwrap_or(("route", None));
    let lacks = format!("`#[{word}]` lacks its pattern; write it first, as in `#[{word}(\"/users/{{id}}\")]`");
    let Meta::List(list) = &attribute.meta else { return Err(Error::new_spanned(attribute, lacks)) };
    if list.tokens.is_empty() {
        return Err(Error::new_spanned(attribute, lacks));
    }
    attribute.parse_args_with(|input: ParseStream<'_>| {
        if !input.peek(LitStr) {
            return Err(Error::new_spanned(&list.tokens, lacks));
        }
        let path: LitStr = input.parse()?;
        let mut route = Route { methods: Vec::new(), path, name: None, guards: Vec::new(), wraps: Vec::new() };
        route.methods.extend(method.map(str::to_owned));
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        for option in Punctuated::<MetaNameValue, Token![,]>::parse_terminated(input)? {
            parse_option(&mut route, word, method, &option)?;
        }
        if route.methods.is_empty() {
            let fault = "`#[route]` names no method; add some, as in `method = \"GET\"`";
            return Err(Error::new_spanned(attribute, fault));
        }
        Ok(route)
    })
}

fn parse_option(route: &mut Route, word: &str, method: Option<&str>, option: &MetaNameValue) -> Result<()> {
    const OPTIONS: [&str; 4] = ["name", "guard", "wrap", "method"];
    let key = written(&option.path);
    if !OPTIONS.contains(&&*key) {
        let fault = format!("unknown option `{key}` of `#[{word}]`; {}", remedy(&key, OPTIONS));
        return Err(Error::new_spanned(&option.path, fault));
    }
    let value = match &option.value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(value) => value.clone(),
            other => return Err(no_string(&key, other)),
        },
        other => return Err(no_string(&key, other)),
    };
    match &*key {
        "name" => route.name = Some(value),
        "guard" => route.guards.push(inside(&value, "the path of a function, as in `guard = \"is_secure\"`")?),
        "wrap" => route.wraps.push(inside(&value, "an expression, as in `wrap = \"middleware::Logger::default()\"`")?),
        _ => {
            let text = value.value();
            if method.is_some() {
                let fault = format!("`#[{word}]` has a method already; write `#[route(…)]` to accept several");
                return Err(Error::new_spanned(option, fault));
            }
            if text.is_empty() || !text.chars().all(|c| c.is_ascii_uppercase()) {
                let fault = format!("`{text}` is no HTTP method; write it in capitals, as in `method = \"GET\"`");
                return Err(Error::new_spanned(&value, fault));
            }
            if route.methods.contains(&text) {
                return Err(Error::new_spanned(&value, format!("method `{text}` given twice; remove one")));
            }
            route.methods.push(text);
        }
    }
    Ok(())
}

fn no_string(key: &str, value: impl quote::ToTokens) -> Error {
    let fault = format!("`{}` does not fit `{key}`; write a string", written(&value));
    Error::new_spanned(value, fault)
}

/// Code that actix-web takes as a string.
fn inside<T: Parse>(value: &LitStr, expected: &str) -> Result<T> {
    value
        .parse()
        .map_err(|_| Error::new_spanned(value, format!("`{}` cannot be read; write {expected}", value.value())))
}

fn entry(attribute: &Attribute) -> Option<&'static (&'static str, Option<&'static str>)> {
    let last = attribute.path().segments.last()?;
    ROUTES.iter().find(|(name, _)| last.ident == name)
}
