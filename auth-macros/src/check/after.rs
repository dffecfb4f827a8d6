//! Whether `check_after` has the arguments that it names.

use syn::Pat;
use syn::ext::IdentExt;

use crate::diag::{Sink, remedy, written};
use crate::model::{Access, AfterCall, Hide, Policy};
use crate::parse::Handler;

/// Reports arguments that are not there, and policies whose other clauses a check after the body would undo.
pub(crate) fn check_after(policy: &Policy, handler: &Handler, sink: &Sink) {
    let Some(after) = &policy.after else { return };
    let names: Vec<String> = handler.arguments.iter().filter_map(|argument| name(&argument.pattern)).collect();
    for argument in &after.arguments {
        let wanted = argument.unraw().to_string();
        if !names.contains(&wanted) {
            let handler = handler.signature.ident.unraw();
            let remedy = match names.is_empty() {
                true => "name one that it takes".to_owned(),
                false => remedy(&wanted, names.iter().map(String::as_str)),
            };
            sink.report(argument, format!("handler `{handler}` has no argument `{wanted}`; {remedy}"));
        }
    }
    let called = written(&after.path);
    if matches!(policy.access, Access::Schemes { optional: true, .. }) {
        let fault = format!("`check_after = {called}(…)` beside `optional(…)` would not bind an anonymous caller");
        sink.report(&after.path, format!("{fault}; require the scheme, or drop the condition"));
    }
    if policy.hide == Some(Hide::Everything) {
        let fault = "`check_after` reads the body first, which tells a hidden route from an unknown one";
        sink.report(&after.path, format!("{fault}; write `hide = \"from_authenticated\"`"));
    }
    if let Some(inner) = &policy.inner {
        let fault = format!("proof of this policy does not prove what `{called}` says of the arguments");
        sink.report(&inner.name, format!("{fault}; remove `inner`"));
    }
}

/// `check_after` where there are no arguments.
pub(crate) fn check_no_after(policy: &Policy, sink: &Sink) {
    if let Some(AfterCall { path, .. }) = &policy.after {
        sink.report(path, "`check_after` sees the arguments of one handler; write it there");
    }
}

/// The place of an argument, by its name.
pub(crate) fn place(handler: &Handler, wanted: &syn::Ident) -> Option<usize> {
    let wanted = wanted.unraw().to_string();
    handler.arguments.iter().position(|argument| name(&argument.pattern).as_ref() == Some(&wanted))
}

fn name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(pattern) if pattern.subpat.is_none() => Some(pattern.ident.unraw().to_string()),
        _ => None,
    }
}
