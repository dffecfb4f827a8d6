//! `bearer`, `any(…)`, `optional(…)`, `my::Scheme`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Path, Result, Token, parenthesized, token};

use super::condition::{ConditionKind, parse_condition};
use super::split::{combine, split};
use super::value::{next_token, parse_literal, peeks_path, rest};
use crate::diag::{remedy, written};
use crate::keyword::{self, Use};
use crate::model::{Access, Alternative, SchemeKind};

/// Access without its `policy = P` form, which is a key.
pub(crate) fn parse_access(input: ParseStream<'_>) -> Result<Access> {
    let fork = input.fork();
    if let Ok(word) = fork.call(Ident::parse_any) {
        if word == "any" {
            return parse_any(input).map(|alternatives| Access::Schemes { optional: false, alternatives });
        }
        if word == "optional" {
            let content = arguments(input, &word, "name a scheme, as in `optional(bearer)`")?;
            let inner = |input: ParseStream<'_>| {
                let alternatives = if peeks_word(input, "any") {
                    parse_any(input)?
                } else {
                    vec![parse_alternative(input, "optional")?]
                };
                if input.is_empty() {
                    return Ok(alternatives);
                }
                Err(Error::new_spanned(
                    rest(input),
                    "`optional` takes one scheme; write `optional(any(…))` for several",
                ))
            };
            let alternatives = inner.parse2(content)?;
            return Ok(Access::Schemes { optional: true, alternatives });
        }
    }
    Ok(Access::Schemes { optional: false, alternatives: vec![parse_alternative(input, "requires")?] })
}

fn parse_any(input: ParseStream<'_>) -> Result<Vec<Alternative>> {
    let word: Ident = input.call(Ident::parse_any)?;
    let remedy = "name a scheme, or write `#[public]` to leave the route open";
    let content = arguments(input, &word, remedy)?;
    let (elements, listed) = split(content, ',');
    let mut faults = listed.err();
    let mut alternatives = Vec::new();
    for element in elements {
        let alone = |input: ParseStream<'_>| {
            let alternative = parse_alternative(input, "any")?;
            if input.parse::<Option<Token![&&]>>()?.is_some() {
                return parse_own_condition(input, alternative);
            }
            if input.is_empty() {
                return Ok(alternative);
            }
            let fault =
                format!("unexpected `{}` after `{}`", written(rest(&input.fork())), written(&alternative.tokens));
            Err(Error::new_spanned(rest(input), format!("{fault}; separate schemes by commas")))
        };
        match alone.parse2(element.tokens) {
            Ok(alternative) => alternatives.push(alternative),
            Err(fault) => combine(&mut faults, fault),
        }
    }
    faults.map_or(Ok(alternatives), Err)
}

/// What follows `bearer &&`: a condition that binds callers by this scheme alone.
fn parse_own_condition(input: ParseStream<'_>, alternative: Alternative) -> Result<Alternative> {
    let scheme = written(&alternative.tokens);
    if input.is_empty() {
        let fault = format!("no condition follows `{scheme} &&`; write one, as in `{scheme} && scope(\"…\")`");
        return Err(Error::new_spanned(&alternative.tokens, fault));
    }
    let condition = parse_condition(input)?;
    if matches!(condition.kind, ConditionKind::Any(_)) && !is_one(&condition.tokens) {
        let fault = format!("`||` beside `{scheme} &&` could be read in two ways; put the conditions in parentheses");
        return Err(Error::new_spanned(&condition.tokens, fault));
    }
    Ok(Alternative { condition: Some(condition), ..alternative })
}

fn is_one(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().count() == 1
}

/// One scheme, standing in `place`.
fn parse_alternative(input: ParseStream<'_>, place: &str) -> Result<Alternative> {
    if !peeks_path(input) {
        let found = next_token(input).map(|token| written(token.to_token_stream())).unwrap_or_default();
        return Err(Error::new_spanned(rest(input), format!("expected a scheme, found `{found}`; {}", list())));
    }
    if input.peek(Ident::peek_any) && !input.peek2(Token![::]) {
        let fork = input.fork();
        let word: Ident = fork.call(Ident::parse_any)?;
        if !starts_upper(&word) {
            input.call(Ident::parse_any)?;
            return parse_keyword(input, word, place);
        }
    }
    let path: Path = input.parse()?;
    let arguments = if input.peek(token::Paren) { Some(group(input)?) } else { None };
    let configuration = match &arguments {
        None => None,
        Some(group) => Some(parse_configuration(&written(&path), group)?),
    };
    let tokens = quote!(#path #arguments);
    Ok(Alternative { kind: SchemeKind::Own(path), configuration, condition: None, requirement: None, tokens })
}

fn parse_keyword(input: ParseStream<'_>, word: Ident, place: &str) -> Result<Alternative> {
    let name = word.to_string();
    let arguments = if input.peek(token::Paren) { Some(group(input)?) } else { None };
    let kind = match name.as_str() {
        "bearer" => SchemeKind::Bearer,
        "basic" if cfg!(feature = "basic") => SchemeKind::Basic,
        "session" if cfg!(feature = "session") => SchemeKind::Session,
        "client_certificate" if cfg!(feature = "certificates") => SchemeKind::ClientCertificate,
        "basic" | "session" | "client_certificate" => {
            let feature = if name == "client_certificate" { "certificates" } else { &*name };
            let fault =
                format!("scheme `{name}` needs the feature `{feature}` of auth-runtime; enable it in `Cargo.toml`");
            return Err(Error::new_spanned(quote!(#word #arguments), fault));
        }
        "api_key" => SchemeKind::ApiKey,
        "digest" => SchemeKind::Digest,
        "dpop" => SchemeKind::Dpop,
        "any" | "optional" => {
            let fault = match (place, name.as_str()) {
                ("any", "any") => "`any` inside `any`; name its schemes in the outer one".to_owned(),
                ("any", _) => "`optional` inside `any`; write `optional(any(…))`".to_owned(),
                _ => format!("`{name}` inside `optional`; write it once"),
            };
            return Err(Error::new_spanned(quote!(#word #arguments), fault));
        }
        _ if keyword::is(&name, Use::Predicate) => {
            let fault =
                format!("`{name}` is a condition, not a scheme; write it after the schemes, as a clause of its own");
            return Err(Error::new_spanned(quote!(#word #arguments), fault));
        }
        "public" => {
            return Err(Error::new_spanned(word, "`public` is an attribute of its own; write `#[public]`"));
        }
        "policy" => {
            return Err(Error::new_spanned(
                word,
                "`policy` stands alone; write `policy = Name` in place of the schemes",
            ));
        }
        _ => {
            let fault = format!("unknown scheme `{name}`; {}", remedy(&name, keyword::words(&[Use::Scheme])));
            return Err(Error::new_spanned(word, fault));
        }
    };
    let configuration = match &arguments {
        None => None,
        Some(group) => Some(parse_configuration(&name, group)?),
    };
    Ok(Alternative { kind, configuration, condition: None, requirement: None, tokens: quote!(#word #arguments) })
}

fn parse_configuration(scheme: &str, group: &proc_macro2::Group) -> Result<syn::LitStr> {
    let remedy = format!("name a configuration, as in `{scheme}(\"partner\")`, or write `{scheme}` alone");
    if group.stream().is_empty() {
        return Err(Error::new_spanned(group, format!("`{scheme}()` is empty; {remedy}")));
    }
    let inner = |input: ParseStream<'_>| {
        let name = parse_literal(input, &format!("`{scheme}(…)`"))?;
        if !input.is_empty() {
            return Err(Error::new_spanned(
                rest(input),
                format!("`{scheme}` takes one configuration name; remove the rest"),
            ));
        }
        if name.value().trim().is_empty() {
            return Err(Error::new_spanned(name, format!("the configuration name is empty; {remedy}")));
        }
        Ok(name)
    };
    inner.parse2(group.stream())
}

/// The content of the parentheses after `word`, which must not be empty.
fn arguments(input: ParseStream<'_>, word: &Ident, remedy: &str) -> Result<TokenStream> {
    // A word that `parse_any` has already taken in `parse_any`, or is still there in `parse_access`.
    if input.peek(Ident::peek_any) {
        input.call(Ident::parse_any)?;
    }
    if !input.peek(token::Paren) {
        return Err(Error::new_spanned(word, format!("`{word}` names no scheme; {remedy}")));
    }
    let content;
    parenthesized!(content in input);
    let tokens = rest(&content);
    if tokens.is_empty() {
        return Err(Error::new_spanned(word, format!("`{word}()` is empty; {remedy}")));
    }
    Ok(tokens)
}

fn group(input: ParseStream<'_>) -> Result<proc_macro2::Group> {
    input.parse()
}

fn peeks_word(input: ParseStream<'_>, wanted: &str) -> bool {
    input.fork().call(Ident::parse_any).is_ok_and(|word| word == wanted)
}

/// A type by Rust's naming convention.
pub(crate) fn starts_upper(word: &Ident) -> bool {
    word.unraw().to_string().trim_start_matches('_').starts_with(char::is_uppercase)
}

fn available() -> String {
    let words: Vec<String> = keyword::words(&[Use::Scheme]).iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn list() -> String {
    format!("write {}, or the path of your own", available())
}
