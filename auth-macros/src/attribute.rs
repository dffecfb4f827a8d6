//! The whole of each macro: parse, check, expand.

use proc_macro2::TokenStream;

use crate::diag::Sink;
use crate::parse::{Dialect, Item, NamedEntry};
use crate::{check, expand, model, parse};

pub(crate) fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Dialect::Requires)
}

pub(crate) fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Dialect::Public)
}

pub(crate) fn policy(entries: TokenStream) -> TokenStream {
    let sink = Sink::new();
    let parse::Entries { policies, implications } = parse::parse_named(entries, &sink);
    check::check_names(&policies, &sink);
    check::check_implications(&implications, &sink);
    let (heads, checked): (Vec<_>, Vec<_>) = policies.into_iter().map(|entry| check_entry(entry, &sink)).unzip();
    let checked = checked.into_iter().collect::<Option<Vec<_>>>();
    let heads = expand::distinct(heads);
    let expand = |named: Vec<_>| {
        let mut tokens = expand::expand_named(&named);
        tokens.extend(expand::expand_implications(&implications));
        tokens
    };
    sink.finish(checked, expand, || expand::expand_faulty_named(&heads, &implications))
}

fn attribute(arguments: TokenStream, item: TokenStream, dialect: Dialect) -> TokenStream {
    let sink = Sink::new();
    let args = parse::parse_args(arguments.clone(), dialect, &sink);
    let root = args.root();
    match sink.take(parse::parse_item(item.clone(), root.as_ref())) {
        Some(Item::Handler(handler)) if handler.attributes.iter().any(parse::reads_route) && sink.is_empty() => {
            let reordered = expand::expand_reordered(&handler, dialect, root.as_ref(), &arguments);
            sink.finish(Some(reordered), |tokens| tokens, || item)
        }
        Some(Item::Handler(handler)) => {
            let is_operation = args.is_of_operation();
            if is_operation {
                check::check_ours(&handler, dialect, &sink);
            } else {
                check::check_handler(&handler, dialect, &sink);
                check::check_generics(&handler, &sink);
            }
            let routes = sink.take(parse::parse_routes(&handler.routes));
            let checked = check::check_policy(args, &sink).zip(routes);
            if let Some((policy, routes)) = &checked {
                check::check_operation(policy, &handler, &sink);
                if policy.operation.is_none() {
                    check::check_inner(policy, &handler, routes, &sink);
                    check::check_after(policy, &handler, &sink);
                }
            }
            let expand = |(policy, routes): (_, Vec<_>)| expand::expand_handler(&handler, &routes, &policy);
            sink.finish(checked, expand, || match is_operation {
                true => expand::expand_faulty_operation(&handler, root.as_ref()),
                false => expand::expand_faulty_handler(&handler, root.as_ref()),
            })
        }
        Some(Item::Module(module)) => {
            let outer = args.defaults.as_ref().map(|defaults| defaults.levels.clone()).unwrap_or_default();
            check::check_module(&module, dialect, &sink);
            let policy = check::check_policy(args, &sink);
            if let Some(policy) = &policy {
                check::check_no_inner(policy, &sink);
                check::check_no_after(policy, &sink);
            }
            let expand = |policy| expand::expand_module(&module, &policy, outer, arguments);
            sink.finish(policy, expand, || expand::expand_faulty_module(&module, root.as_ref()))
        }
        Some(Item::Other) => {
            check::check_other(&item, dialect, &sink);
            sink.finish(None::<()>, |()| TokenStream::new(), || item)
        }
        None => sink.finish(None::<()>, |()| TokenStream::new(), || item),
    }
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
