//! `limit = "100/min"`, `limit("10/s", by = address)`: how many requests are let in.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, LitStr, Result, Token, parenthesized, token};

use super::value::{parse_literal, rest};
use crate::diag::written;

/// A rate as it was written.
#[derive(Clone)]
pub(crate) struct RateLimit {
    pub(crate) rate: LitStr,
    pub(crate) by_address: bool,
}

/// What follows `limit =`.
pub(crate) fn parse_rate(input: ParseStream<'_>, what: &str) -> Result<RateLimit> {
    let whole = rest(&input.fork());
    let rate = parse_literal(input, what).map_err(|_| {
        let fault =
            format!("`{}` does not fit {what}; write a rate in quotes, as in `limit = \"100/min\"`", written(&whole));
        Error::new_spanned(whole, fault)
    })?;
    Ok(RateLimit { rate, by_address: false })
}

/// `limit("10/s", by = address)`.
pub(crate) fn parse_limit(input: ParseStream<'_>) -> Result<RateLimit> {
    let whole = rest(&input.fork());
    input.call(Ident::parse_any)?;
    if !input.peek(token::Paren) {
        return Err(Error::new_spanned(whole, "`limit` lacks its rate; write `limit = \"100/min\"`"));
    }
    let content;
    parenthesized!(content in input);
    let inside = rest(&content);
    if !input.is_empty() {
        let behind = rest(input);
        let fault = format!("unexpected `{}` after `limit(…)`; separate clauses by commas", written(&behind));
        return Err(Error::new_spanned(behind, fault));
    }
    let shape = || {
        let remedy = "write `limit(\"10/s\", by = address)`, or `limit = \"10/s\"` to count by caller";
        Error::new_spanned(&whole, format!("`{}` is not a limit; {remedy}", written(&whole)))
    };
    let parts = |input: ParseStream<'_>| {
        let rate: LitStr = input.parse().map_err(|_| shape())?;
        if input.is_empty() {
            let remedy = format!("write `limit = {}`, or say `by = address`", rate.to_token_stream());
            return Err(Error::new_spanned(&whole, format!("`limit(…)` does not say by what it counts; {remedy}")));
        }
        input.parse::<Token![,]>().map_err(|_| shape())?;
        let by: Ident = input.call(Ident::parse_any).map_err(|_| shape())?;
        input.parse::<Token![=]>().map_err(|_| shape())?;
        if by != "by" {
            return Err(shape());
        }
        let what = rest(input);
        match written(&what).as_str() {
            "address" => Ok(RateLimit { rate, by_address: true }),
            "caller" => {
                let remedy = format!("write `limit = {}`", rate.to_token_stream());
                Err(Error::new_spanned(what, format!("a limit counts by caller by default; {remedy}")))
            }
            other => {
                let fault = format!("a limit cannot count by `{other}`");
                let remedy = "write `by = address`, or drop it to count by caller";
                Err(Error::new_spanned(
                    if what.is_empty() { whole.clone() } else { what },
                    format!("{fault}; {remedy}"),
                ))
            }
        }
    };
    parts.parse2(inside)
}
