//! Whether a function can be an operation: what a handler calls for a part of its request.

use syn::Attribute;
use syn::ext::IdentExt;

use crate::diag::{Sink, written};
use crate::model::{AfterCall, InnerFunction, Policy};
use crate::parse::{Block, Handler};

/// Reports what only a handler can have.
pub(crate) fn check_operation(policy: &Policy, handler: &Handler, sink: &Sink) {
    let Some(flag) = &policy.operation else { return };
    let name = handler.signature.ident.unraw();
    if let Some(route) = handler.routes.first() {
        let route_name = written(Attribute::path(route));
        let fault = format!("operation `{name}` has no route of its own: a handler calls it");
        sink.report(route, format!("{fault}; remove `#[{route_name}]`, or `operation`"));
    }
    if let Some(receiver) = handler.signature.receiver() {
        let remedy = "`#[requires]` stands on free functions, so let the method call one";
        sink.report(receiver, format!("operation `{name}` is a method; {remedy}"));
    } else if handler.block() != Block::Other {
        let remedy = "`#[requires]` stands on free functions, so move it out";
        sink.report(&handler.signature.ident, format!("operation `{name}` is an associated function; {remedy}"));
    }
    if let Some(InnerFunction { name, .. }) = &policy.inner {
        sink.report(name, "an operation takes the proof itself; remove `inner`");
    }
    if let Some(AfterCall { path, .. }) = &policy.after {
        let called = written(path);
        let fault = format!("`check_after = {called}(…)` sees what a handler extracts, and an operation is called");
        sink.report(path, format!("{fault}; call `{called}` in it"));
    }
    if policy.shared_cache {
        sink.report(flag, "the answer is that of the handler around; write `shared_cache` there");
    }
}

/// `operation` where there is no function.
pub(crate) fn check_no_operation(policy: &Policy, sink: &Sink) {
    if let Some(flag) = &policy.operation {
        sink.report(flag, "`operation` is said of a function; a named policy can be given to `admit` without it");
    }
}
