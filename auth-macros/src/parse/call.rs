//! `owns_order`, `can(Permission::Refund)`, `load_order -> Order`: a function of the user's, and what it is given.

use proc_macro2::{Group, Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Lit, Path, Result, Token, Type, token};

use super::split::{combine, split};
use super::value::{next_token, parse_path, rest};
use crate::diag::written;
use crate::model::{AfterCall, Call};

/// Values that a check can be given.
pub(crate) const MOST_VALUES: usize = 4;

/// A check where it is a condition among others, which cannot load anything.
pub(crate) fn parse_call(input: ParseStream<'_>, what: &str) -> Result<Call> {
    let call = parse_given(input, what)?;
    if input.peek(Token![->]) {
        let fault = "what a check loads is there only where the check must hold";
        let remedy = format!("make it a clause of its own, `check = {} -> …`", written(&call.path));
        return Err(Error::new_spanned(rest(input), format!("{fault}; {remedy}")));
    }
    Ok(call)
}

/// A check that is a clause, and may load something.
pub(crate) fn parse_loading_call(input: ParseStream<'_>, what: &str) -> Result<Call> {
    let call = parse_given(input, what)?;
    let loads = match input.parse::<Option<Token![->]>>()? {
        None => None,
        Some(arrow) if input.is_empty() => {
            let fault = "`->` lacks the type that the check loads; write `check = load_order -> Order`";
            return Err(Error::new_spanned(arrow, fault));
        }
        Some(_) => Some(input.parse::<Type>()?),
    };
    Ok(Call { loads, ..call })
}

/// A function with the values that it is given.
fn parse_given(input: ParseStream<'_>, what: &str) -> Result<Call> {
    let (path, group) = parse_head(input, what)?;
    let values = group.map_or_else(|| Ok(Vec::new()), |group| parse_values(&group, &path))?;
    Ok(Call { path, values, loads: None })
}

/// A check of arguments, by their names.
pub(crate) fn parse_after(input: ParseStream<'_>, what: &str) -> Result<AfterCall> {
    let (path, group) = parse_head(input, what)?;
    let example = format!("name those that it sees, as in `check_after = {}(body)`", written(&path));
    let Some(group) = group.filter(|group: &Group| !group.stream().is_empty()) else {
        return Err(Error::new_spanned(&path, format!("{what} names no argument of the handler; {example}")));
    };
    let (elements, listed) = split(group.stream(), ',');
    let mut faults = listed.err();
    let mut arguments = Vec::new();
    for element in elements {
        match syn::parse2::<Ident>(element.tokens.clone()) {
            Ok(argument) => arguments.push(argument),
            Err(_) => {
                let fault = format!("`{}` is not the name of an argument; {example}", written(&element.tokens));
                combine(&mut faults, Error::new_spanned(&element.tokens, fault));
            }
        }
    }
    if let Some(argument) = arguments.get(MOST_VALUES) {
        let fault = format!("`{}` sees {} arguments; {MOST_VALUES} are the most", written(&path), arguments.len());
        combine(&mut faults, Error::new_spanned(argument, fault));
    }
    faults.map_or(Ok(AfterCall { path, arguments }), Err)
}

fn parse_head(input: ParseStream<'_>, what: &str) -> Result<(Path, Option<Group>)> {
    let path = parse_path(input, what, "the path of an async fn")?;
    let group = if input.peek(token::Paren) { Some(input.parse()?) } else { None };
    Ok((path, group))
}

fn parse_values(group: &Group, path: &Path) -> Result<Vec<TokenStream>> {
    let (elements, listed) = split(group.stream(), ',');
    let mut faults = listed.err();
    let mut values = Vec::new();
    for element in elements {
        match (|input: ParseStream<'_>| parse_value(input, path)).parse2(element.tokens) {
            Ok(value) => values.push(value),
            Err(fault) => combine(&mut faults, fault),
        }
    }
    if let Some(value) = values.get(MOST_VALUES) {
        let fault = format!("`{}` is given {} values; {MOST_VALUES} are the most", written(path), values.len());
        combine(&mut faults, Error::new_spanned(value, fault));
    }
    if values.is_empty() && faults.is_none() {
        let remedy = format!("write `{}` alone, since what else it takes is extracted", written(path));
        faults = Some(Error::new_spanned(group, format!("`()` gives no value; {remedy}")));
    }
    faults.map_or(Ok(values), Err)
}

/// A literal, or the path of a constant or of a variant: the policy is constant data.
fn parse_value(input: ParseStream<'_>, path: &Path) -> Result<TokenStream> {
    let whole = rest(&input.fork());
    let number = input.peek(Token![-]) && input.peek2(Lit);
    if number {
        input.parse::<Token![-]>()?;
    }
    let fits = if number || input.peek(Lit) {
        input.parse::<Lit>().is_ok()
    } else if input.peek(Ident::peek_any) || input.peek(Token![::]) {
        let value: Path = input.parse()?;
        if let Some(argument) = value.get_ident().filter(|name| starts_lower(name)) {
            let function = written(path);
            let fault = format!("`{argument}` is neither a constant nor a variant");
            let remedy = format!(
                "`{function}` extracts what it needs, or sees the handler's arguments as `check_after = {function}({argument})`"
            );
            return Err(Error::new_spanned(whole, format!("{fault}; {remedy}")));
        }
        true
    } else {
        false
    };
    match next_token(input) {
        None if fits => Ok(whole),
        _ => {
            let remedy = "give a literal, or the path of a constant or variant";
            Err(Error::new_spanned(&whole, format!("`{}` is no value for a check; {remedy}", written(&whole))))
        }
    }
}

fn starts_lower(word: &Ident) -> bool {
    word.unraw().to_string().trim_start_matches('_').starts_with(char::is_lowercase)
}

/// The call as it was written.
impl ToTokens for Call {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
        let Self { values, loads, .. } = self;
        if !values.is_empty() {
            tokens.extend(quote::quote!((#(#values),*)));
        }
        if let Some(ty) = loads {
            tokens.extend(quote::quote!(-> #ty));
        }
    }
}
