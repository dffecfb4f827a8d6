//! Which schemes a policy accepts.

use proc_macro2::Ident;

use super::layers::Layers;
use super::requirement::check_own_condition;
use crate::diag::{Sink, written};
use crate::model::{Access, Alternative, SchemeKind};
use crate::parse::Clause;

/// The access said by the innermost layer that says one.
pub(crate) fn check_access(layers: &Layers, sink: &Sink) -> Option<Access> {
    if layers.public() {
        return Some(Access::Public);
    }
    let said = layers.clauses().filter_map(|clause| match clause {
        Clause::Access(access, _) => Some(access),
        _ => None,
    });
    let Some(access) = said.last() else {
        if !layers.faulty() {
            sink.absorb(syn::Error::new(proc_macro2::Span::call_site(), missing(layers)));
        }
        return None;
    };
    Some(match access {
        Access::Public => Access::Public,
        Access::Named(path) => Access::Named(path.clone()),
        Access::Schemes { optional, alternatives } => {
            let mut checked = Vec::new();
            for (index, alternative) in alternatives.iter().enumerate() {
                let text = written(&alternative.tokens);
                let is_same = |earlier: &&Alternative| written(&earlier.tokens) == text;
                if let Some(earlier) = alternatives.iter().take(index).find(is_same) {
                    let both = earlier.condition.is_some() && alternative.condition.is_some();
                    let remedy = if both { "join their conditions with `||`" } else { "remove one" };
                    sink.report(&alternative.tokens, format!("scheme `{text}` given twice; {remedy}"));
                }
                if let (Some(condition), true) = (&alternative.condition, optional) {
                    let fault = "a condition inside `optional(…)` would not bind an anonymous caller";
                    let remedy = "require the scheme, or drop the condition";
                    sink.report(&condition.tokens, format!("{fault}; {remedy}"));
                }
                let requirement = alternative.condition.as_ref().map(|condition| check_own_condition(condition, sink));
                checked.push(Alternative { requirement, ..alternative.clone() });
            }
            Access::Schemes { optional: *optional, alternatives: checked }
        }
    })
}

/// Whether tokens that are bound to no key are let in beside those that are, which must be said.
pub(crate) fn check_downgrade(access: &Access, allowed: Option<&Ident>, sink: &Sink) {
    let alternatives = match access {
        Access::Schemes { alternatives, .. } => &**alternatives,
        Access::Public | Access::Named(_) => &[],
    };
    let of = |wanted: fn(&SchemeKind) -> bool| alternatives.iter().find(|each| wanted(&each.kind));
    let bearer = of(|kind| matches!(kind, SchemeKind::Bearer));
    let dpop = of(|kind| matches!(kind, SchemeKind::Dpop));
    match (bearer.zip(dpop), allowed) {
        (Some((bearer, dpop)), None) => {
            let (bearer_text, dpop_text) = (written(&bearer.tokens), written(&dpop.tokens));
            let fault = format!("`{bearer_text}` beside `{dpop_text}` lets in tokens that are bound to no key");
            sink.report(&bearer.tokens, format!("{fault}; remove it, or add the clause `allow_downgrade`"));
        }
        (None, Some(flag)) => {
            sink.report(flag, "`allow_downgrade` allows nothing here; it belongs to `any(dpop, bearer)`, so remove it");
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn missing(layers: &Layers) -> &'static str {
    if layers.clauses().next().is_none() {
        "`#[requires]` is empty; name a scheme, as in `#[requires(bearer)]`, or write `#[public]`"
    } else {
        "no scheme is named; begin with one, as in `#[requires(bearer, …)]`, or put `#[requires]` on the module around"
    }
}
