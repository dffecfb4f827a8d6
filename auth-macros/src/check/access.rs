//! Which schemes a policy accepts.

use super::layers::Layers;
use crate::diag::{Sink, written};
use crate::model::Access;
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
            for (index, alternative) in alternatives.iter().enumerate() {
                let text = written(&alternative.tokens);
                if alternatives.iter().take(index).any(|earlier| written(&earlier.tokens) == text) {
                    sink.report(&alternative.tokens, format!("scheme `{text}` given twice; remove one"));
                }
            }
            Access::Schemes { optional: *optional, alternatives: alternatives.clone() }
        }
    })
}

fn missing(layers: &Layers) -> &'static str {
    if layers.clauses().next().is_none() {
        "`#[requires]` is empty; name a scheme, as in `#[requires(bearer)]`, or write `#[public]`"
    } else {
        "no scheme is named; begin with one, as in `#[requires(bearer, …)]`, or put `#[requires]` on the module around"
    }
}
