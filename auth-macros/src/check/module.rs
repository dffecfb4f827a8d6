//! Whether a module's functions are clear enough to take its defaults.

use syn::Attribute;
use syn::ext::IdentExt;

use crate::diag::{Sink, written};
use crate::parse::{Dialect, Handler, Module, ModuleItem};

/// Attributes that are known not to make a function a handler. Their last word counts, so that `#[tokio::test]` and
/// `#[tracing::instrument]` are among them.
const HARMLESS: &[&str] = &[
    "allow",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "instrument",
    "must_use",
    "rustfmt",
    "test",
    "track_caller",
    "warn",
];

/// Reports what cannot be guarded.
pub(crate) fn check_module(module: &Module, dialect: Dialect, sink: &Sink) {
    let name = module.name.unraw();
    if dialect == Dialect::Public {
        let remedy = "open each route of its own with `#[public]`";
        sink.report(&module.name, format!("`#[public]` on module `{name}`; {remedy}"));
        return;
    }
    for other in module.attributes.iter().filter(|other| module.is_ours(other)) {
        sink.report(other, format!("`#[requires]` given twice on `{name}`; join the two in one attribute"));
    }
    let Some(items) = &module.items else {
        let remedy = "write it inline, as in `mod m { … }`, or put `#[requires]` on its functions";
        sink.report(&module.name, format!("module `{name}` is in another file; {remedy}"));
        return;
    };
    let guarded = check_items(items, sink);
    if guarded == 0 && sink.is_empty() {
        let remedy = "give its handlers route attributes, or put `#[requires]` on each";
        sink.report(&module.name, format!("`#[requires]` guards nothing in module `{name}`; {remedy}"));
    }
}

/// How many functions are handlers.
fn check_items(items: &[ModuleItem], sink: &Sink) -> usize {
    let mut guarded = 0;
    for item in items {
        match item {
            ModuleItem::Other(_) => {}
            // It has an attribute of its own, which will say the same of its functions.
            ModuleItem::Module(module) if module.has_ours() => guarded += 1,
            ModuleItem::Module(module) => {
                guarded += module.items.as_deref().map_or(0, |items| check_items(items, sink));
            }
            ModuleItem::Function(handler, attributes) => {
                if handler.is_marked() {
                    guarded += 1;
                } else if let Some(unclear) = attributes.iter().find(|attribute| !is_harmless(attribute)) {
                    check_unclear(handler, unclear, sink);
                }
            }
        }
    }
    guarded
}

fn check_unclear(handler: &Handler, unclear: &Attribute, sink: &Sink) {
    let fault = format!(
        "`#[{}]` may hide a route on `{}`; write `#[requires]` or `#[public(replace)]` on it, or move it out of the module",
        written(unclear.path()),
        handler.signature.ident.unraw(),
    );
    sink.report(unclear, fault);
}

fn is_harmless(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| HARMLESS.iter().any(|name| last.ident == name))
        || attribute.path().segments.first().is_some_and(|first| first.ident == "clippy" || first.ident == "rustfmt")
}
