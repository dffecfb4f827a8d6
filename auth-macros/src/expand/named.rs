//! The types of `policy!`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Visibility};

use super::exports::Exports;
use super::handler::cfg;
use super::policy::{PolicyType, expand_policy};
use crate::model::Named;
use crate::parse::Implication;

/// What an entry of `policy!` says before its colon.
pub(crate) struct Head {
    pub(crate) root: Option<syn::Path>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
}

/// Of several entries of one name, the first.
pub(crate) fn distinct(heads: Vec<Head>) -> Vec<Head> {
    let mut distinct: Vec<Head> = Vec::new();
    for head in heads {
        if distinct.iter().all(|earlier| earlier.name != head.name) {
            distinct.push(head);
        }
    }
    distinct
}

/// All entries.
pub(crate) fn expand_named(named: &[Named]) -> TokenStream {
    named.iter().map(expand_one).collect()
}

fn expand_one(named: &Named) -> TokenStream {
    let Named { attributes, visibility, name, policy } = named;
    let exports = Exports::new(policy.root.as_ref());
    let cfg = cfg(attributes);
    let place = PolicyType { ty: name, name, at: name.span(), routes: &[], cfg: &cfg, details: &[] };
    let includes = &exports.includes;
    let policy = expand_policy(&place, policy, &exports);
    // A type without values: it only stands for the policy.
    quote! {
        #(#attributes)*
        #visibility enum #name {}
        #policy
        #(#cfg)*
        impl #includes<#name> for #name {}
    }
}

/// All implications: that they hold, and what follows.
pub(crate) fn expand_implications(implications: &[Implication]) -> TokenStream {
    implications
        .iter()
        .map(|implication| {
            expand_proof(implication).into_iter().chain(expand_promise(implication)).collect::<TokenStream>()
        })
        .collect()
}

/// The compiler finds it false at the whole of the implication, while checking, too.
fn expand_proof(implication: &Implication) -> TokenStream {
    let Implication { attributes, strict, weak, root } = implication;
    let exports = Exports::new(root.as_ref());
    let prove = exports.prove.at(strict.span());
    // From the one to the other: a token of another place among them, and the compiler shows all of the macro.
    let (open, close) = (quote_spanned!(strict.span()=> ::<), quote_spanned!(weak.span()=> >()));
    quote! {
        #(#attributes)*
        const _: () = #prove #open #strict, #weak #close;
    }
}

/// What lets proof of the one be turned into proof of the other.
pub(crate) fn expand_promise(implication: &Implication) -> TokenStream {
    let Implication { attributes, strict, weak, root } = implication;
    let exports = Exports::new(root.as_ref());
    let implies = exports.implies.at(strict.span());
    quote_spanned! {strict.span()=>
        #(#attributes)*
        impl #implies<#weak> for #strict {}
    }
}
