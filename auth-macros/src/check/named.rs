//! What a named policy cannot be.

use proc_macro2::Ident;

use super::after::check_no_after;
use super::inner::check_no_inner;
use super::operation::check_no_operation;
use crate::diag::{Sink, written};
use crate::model::{Access, Policy};
use crate::parse::{Implication, NamedEntry};

/// Names, each once.
pub(crate) fn check_names(entries: &[NamedEntry], sink: &Sink) {
    for (index, entry) in entries.iter().enumerate() {
        if entries.iter().take(index).any(|earlier| earlier.name == entry.name) {
            sink.report(&entry.name, format!("policy `{}` declared twice; rename one", entry.name));
        }
    }
}

/// Implications, each once and of two policies.
pub(crate) fn check_implications(implications: &[Implication], sink: &Sink) {
    for (index, implication) in implications.iter().enumerate() {
        let Implication { strict, weak, .. } = implication;
        let (strict_name, weak_name) = (written(strict), written(weak));
        if strict_name == weak_name {
            sink.report(weak, format!("`{strict_name} => {weak_name}` holds of every policy; remove it"));
        } else if implications.iter().take(index).any(|earlier| earlier.is(implication)) {
            sink.report(strict, format!("`{strict_name} => {weak_name}` declared twice; remove one"));
        }
        for attribute in implication.attributes.iter().filter(|attribute| !attribute.path().is_ident("cfg")) {
            sink.report(attribute, "an implication takes no attribute but `cfg`; remove it");
        }
    }
}

/// A policy whose holder is proof of something.
pub(crate) fn check_named(name: &Ident, policy: &Policy, sink: &Sink) -> bool {
    check_no_inner(policy, sink);
    check_no_after(policy, sink);
    check_no_operation(policy, sink);
    let optional = matches!(policy.access, Access::Schemes { optional: true, .. });
    if optional {
        let remedy = "require the scheme, since `Granted` of it would prove nothing";
        sink.report(name, format!("policy `{name}` is `optional`; {remedy}"));
    }
    !optional
}
