//! An attribute within the defaults of the modules around it.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::diag::{Sink, written};
use crate::model::Access;
use crate::parse::{Args, Clause, Dialect, Key, parse_again};

/// The arguments that hold together, outermost first.
pub(crate) struct Layers(Vec<Args>);

impl Layers {
    pub(crate) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.0.iter().flat_map(|args| &args.clauses)
    }

    pub(crate) fn faulty(&self) -> bool {
        self.0.iter().any(|args| args.faulty)
    }

    pub(crate) fn public(&self) -> bool {
        self.0.last().is_some_and(|args| args.dialect == Dialect::Public)
    }
}

/// Nothing when the module's own attribute was faulty, which has been reported.
pub(crate) fn check_layers(mut args: Args, sink: &Sink) -> Option<Layers> {
    let Some(defaults) = args.defaults.take() else {
        if let Some(flag) = replace(&args) {
            sink.report(
                flag,
                "`replace` has no default to replace; remove it, or put `#[requires]` on the module around",
            );
        }
        return Some(Layers(vec![args]));
    };
    if defaults.failed {
        return None;
    }
    let mut layers = Vec::new();
    for tokens in defaults.levels {
        push(&mut layers, parse_again(tokens));
    }
    args.faulty |= check_replace(&args, sink);
    push(&mut layers, args);
    Some(Layers(layers))
}

fn push(layers: &mut Vec<Args>, args: Args) {
    if replace(&args).is_some() {
        for layer in layers.iter_mut() {
            layer.clauses.retain(|clause| matches!(clause, Clause::Key(_, Key::Crate(_))));
        }
    }
    layers.push(args);
}

/// Whether what is missing has been reported.
fn check_replace(args: &Args, sink: &Sink) -> bool {
    let access = args.clauses.iter().find_map(|clause| match clause {
        Clause::Access(_, tokens) => Some(tokens),
        _ => None,
    });
    match (args.dialect, replace(args), access) {
        (Dialect::Public, None, _) if !args.faulty => {
            let fault =
                "the module around requires authentication; write `#[public(replace)]` to leave this route open";
            sink.absorb(syn::Error::new(proc_macro2::Span::call_site(), fault));
        }
        (Dialect::Requires, None, Some(access)) => {
            let fault = format!(
                "the module around names its schemes already; add `replace` to use `{}` instead",
                written(access)
            );
            sink.report(access, fault);
        }
        (Dialect::Requires, Some(flag), None) if !args.faulty => {
            sink.report(flag, "`replace` drops the schemes of the module around; name those to use instead");
            return true;
        }
        _ => {}
    }
    false
}

fn replace(args: &Args) -> Option<&proc_macro2::Ident> {
    args.clauses.iter().find_map(|clause| match clause {
        Clause::Flag(flag) if flag == "replace" => Some(flag),
        _ => None,
    })
}

/// Each key and flag at most once, and the schemes first, in one attribute.
pub(crate) fn check_repeated(args: &Args, sink: &Sink) {
    let mut seen: Vec<String> = Vec::new();
    let mut access: Option<&TokenStream> = None;
    for (index, clause) in args.clauses.iter().enumerate() {
        let (name, at) = match clause {
            // Each loads something else.
            Clause::Key(_, Key::Check(call)) if call.loads.is_some() => continue,
            Clause::Condition(_) => continue,
            Clause::Key(word, _) | Clause::Flag(word) => (word.to_string(), word.to_token_stream()),
            Clause::Access(kind, tokens) => {
                if let Some(first) = access {
                    sink.report(tokens, second_access(first, kind, tokens));
                } else if index > 0 && !args.faulty {
                    sink.report(tokens, format!("`{}` comes too late; name the schemes first", written(tokens)));
                }
                access = Some(tokens);
                continue;
            }
        };
        if seen.contains(&name) {
            let remedy = match clause {
                Clause::Key(_, Key::Scope(_) | Key::Role(_) | Key::Check(_)) => "join the two with `&&`",
                _ => "remove one",
            };
            let kind = if matches!(clause, Clause::Flag(_)) && name != "hide" { "flag" } else { "key" };
            sink.report(at, format!("{kind} `{name}` given twice; {remedy}"));
        }
        seen.push(name);
    }
}

fn second_access(first: &TokenStream, kind: &Access, tokens: &TokenStream) -> String {
    let (first, second) = (written(first), written(tokens));
    match kind {
        Access::Named(_) => {
            format!("`{second}` beside `{first}`; a named policy brings its own schemes, so remove one of the two")
        }
        _ if first.starts_with("policy") => {
            format!("`{second}` beside `{first}`; a named policy brings its own schemes, so remove one of the two")
        }
        _ if first.contains('(') && !second.contains('(') => {
            format!("`{second}` stands apart from the other schemes; move it into the parentheses of `any(…)`")
        }
        _ => format!("`{second}` is a second scheme; write `any({first}, {second})` to accept either"),
    }
}
