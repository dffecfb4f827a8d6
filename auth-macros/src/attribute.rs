//! The whole of each macro: parse, check, expand.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Sink;
use crate::parse::{Dialect, Handler, Item, Module, NamedEntry};
use crate::{check, expand, model, parse};

pub(crate) fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Dialect::Requires)
}

pub(crate) fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Dialect::Public)
}

pub(crate) fn policy(entries: TokenStream) -> TokenStream {
    let sink = Sink::new();
    let entries = parse::parse_named(entries, &sink);
    check::check_names(&entries, &sink);
    let (heads, checked): (Vec<_>, Vec<_>) = entries.into_iter().map(|entry| check_entry(entry, &sink)).unzip();
    let checked = checked.into_iter().collect::<Option<Vec<_>>>();
    let heads = expand::distinct(heads);
    sink.finish(checked, |named| expand::expand_named(&named), || expand::expand_faulty_named(&heads))
}

fn attribute(arguments: TokenStream, item: TokenStream, dialect: Dialect) -> TokenStream {
    match parse::parse_item(item.clone()) {
        Ok(Item::Handler(handler)) => on_handler(arguments, &handler, dialect),
        Ok(Item::Module(module)) => on_module(arguments, &module, dialect),
        Ok(Item::Other(other)) => {
            let sink = Sink::new();
            check::check_other(&other, dialect, &sink);
            sink.finish(None::<()>, |()| TokenStream::new(), || other)
        }
        // Not Rust: the compiler has its own word for it.
        Err(fault) => {
            let fault = fault.to_compile_error();
            quote!(#fault #item)
        }
    }
}

fn on_handler(arguments: TokenStream, handler: &Handler, dialect: Dialect) -> TokenStream {
    let sink = Sink::new();
    let args = parse::parse_args(arguments, dialect, &sink);
    let root = args.root();
    check::check_handler(handler, dialect, &sink);
    let policy = check::check_policy(args, &sink);
    sink.finish(
        policy,
        |policy| expand::expand_handler(handler, &policy),
        || expand::expand_faulty_handler(handler, root.as_ref()),
    )
}

fn on_module(arguments: TokenStream, module: &Module, dialect: Dialect) -> TokenStream {
    let sink = Sink::new();
    let args = parse::parse_args(arguments.clone(), dialect, &sink);
    let root = args.root();
    let outer = args.defaults.as_ref().map(|defaults| defaults.levels.clone()).unwrap_or_default();
    check::check_module(module, dialect, &sink);
    let policy = check::check_policy(args, &sink);
    sink.finish(
        policy,
        |policy| expand::expand_module(module, &policy, outer, arguments),
        || expand::expand_faulty_module(module, root.as_ref()),
    )
}

/// What is left of an entry when it turns out faulty, and its checked form when it does not.
fn check_entry(entry: NamedEntry, sink: &Sink) -> (expand::Head, Option<model::Named>) {
    let NamedEntry { attributes, visibility, name, args } = entry;
    let head = expand::Head {
        root: args.root(),
        attributes: attributes.clone(),
        visibility: visibility.clone(),
        name: name.clone(),
    };
    let policy = check::check_policy(args, sink).filter(|policy| check::check_named(&name, policy, sink));
    (head, policy.map(|policy| model::Named { attributes, visibility, name, policy }))
}

#[cfg(test)]
mod tests;
