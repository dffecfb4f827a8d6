//! What a named policy cannot be.

use proc_macro2::Ident;

use super::after::check_no_after;
use super::inner::check_no_inner;
use crate::diag::Sink;
use crate::model::{Access, Policy};
use crate::parse::NamedEntry;

/// Names, each once.
pub(crate) fn check_names(entries: &[NamedEntry], sink: &Sink) {
    for (index, entry) in entries.iter().enumerate() {
        if entries.iter().take(index).any(|earlier| earlier.name == entry.name) {
            sink.report(&entry.name, format!("policy `{}` declared twice; rename one", entry.name));
        }
    }
}

/// A policy whose holder is proof of something.
pub(crate) fn check_named(name: &Ident, policy: &Policy, sink: &Sink) -> bool {
    check_no_inner(policy, sink);
    check_no_after(policy, sink);
    let optional = matches!(policy.access, Access::Schemes { optional: true, .. });
    if optional {
        let remedy = "require the scheme, since `Granted` of it would prove nothing";
        sink.report(name, format!("policy `{name}` is `optional`; {remedy}"));
    }
    !optional
}
