//! Whether `inner = name` has a policy whose proof others can have.

use syn::ext::IdentExt;

use super::MOST_ARGUMENTS;
use crate::diag::Sink;
use crate::model::{Access, InnerFunction, Policy, RequirementKind};
use crate::parse::{Handler, Route};

/// Reports a function that nobody could call, or whose proof would prove nothing.
pub(crate) fn check_inner(policy: &Policy, handler: &Handler, routes: &[Route], sink: &Sink) {
    let Some(InnerFunction { name, .. }) = &policy.inner else { return };
    let called = name.unraw();
    if name.unraw() == handler.signature.ident.unraw() {
        sink.report(name, format!("`{called}` is the handler itself; give the inner function another name"));
    }
    match &policy.access {
        Access::Schemes { optional: true, .. } => {
            let remedy = "require the scheme, since `Granted` of it would prove nothing";
            sink.report(name, format!("`inner` under `optional(…)`; {remedy}"));
        }
        Access::Named(_) if is_named_alone(policy) => {}
        Access::Named(_) => {
            let fault =
                format!("`{called}` takes proof of the named policy, which does not prove the conditions beside it");
            sink.report(name, format!("{fault}; move them into `policy!`"));
        }
        _ if routes.is_empty() => {
            let fault = format!("`{called}` takes proof of a policy that has no name");
            let remedy = "declare it in `policy!` and write `policy = …` alone, or give the handler a route attribute";
            sink.report(name, format!("{fault}; {remedy}"));
        }
        _ => {}
    }
    if handler.arguments.len() == MOST_ARGUMENTS {
        let most = MOST_ARGUMENTS - 1;
        sink.report(name, format!("with `inner`, a handler takes {most} arguments at most; extract some as one tuple"));
    }
}

/// `inner = name` where there is no handler.
pub(crate) fn check_no_inner(policy: &Policy, sink: &Sink) {
    if let Some(InnerFunction { name, .. }) = &policy.inner {
        sink.report(name, "`inner` names the function of one handler; write it there");
    }
}

/// `policy = P`, and no condition beside it: its proof is that of the whole rule.
fn is_named_alone(policy: &Policy) -> bool {
    matches!(policy.access, Access::Named(_)) && matches!(policy.requirement.kind, RequirementKind::Authenticated)
}
