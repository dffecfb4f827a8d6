//! Every static check. What passes is a [`Policy`], the only thing that expands.

mod ability;
mod access;
mod after;
mod handler;
mod inner;
mod layers;
mod limit;
mod logic;
mod module;
mod named;
mod operation;
mod requirement;
mod text;
mod wording;

use crate::diag::{Sink, written};
use crate::model::{Access, Hide, Policy, Requirement, RequirementKind};
use crate::parse::{Args, Clause, Key};

pub(crate) use ability::demanded_of_authentication;
pub(crate) use after::{check_after, check_no_after, place};
pub(crate) use handler::{MOST_ARGUMENTS, check_generics, check_handler, check_other, check_ours};
pub(crate) use inner::{check_inner, check_no_inner};
pub(crate) use module::check_module;
pub(crate) use named::{check_implications, check_named, check_names};
pub(crate) use operation::check_operation;

/// The policy that `args` says, within its module's defaults.
pub(crate) fn check_policy(args: Args, sink: &Sink) -> Option<Policy> {
    layers::check_repeated(&args, sink);
    let layered = layers::check_layers(args, sink)?;
    let access = access::check_access(&layered, sink);
    let requirement = requirement::check_requirement(&layered, sink);
    let mut policy = Policy {
        root: None,
        access: Access::Public,
        requirement,
        realm: None,
        hide: None,
        shared_cache: false,
        without_authorities: false,
        limit: None,
        reason: None,
        inner: None,
        operation: None,
        after: None,
    };
    let mut downgrade = None;
    for clause in layered.clauses() {
        match clause {
            Clause::Key(_, Key::Crate(path)) => policy.root = Some(path.clone()),
            Clause::Key(_, Key::Realm(realm)) => policy.realm = text::check_realm(realm, sink),
            Clause::Key(_, Key::HideFromAuthenticated) => policy.hide = Some(Hide::FromAuthenticated),
            Clause::Key(_, Key::Reason(reason)) => policy.reason = text::check_reason(reason, sink),
            Clause::Key(_, Key::CheckAfter(after)) => policy.after = Some(after.clone()),
            Clause::Key(_, Key::Limit(limit)) => policy.limit = limit::check_limit(limit, sink),
            Clause::Key(_, Key::Inner(inner)) => policy.inner = Some(inner.clone()),
            Clause::Flag(flag) if flag == "hide" => policy.hide = Some(Hide::Everything),
            Clause::Flag(flag) if flag == "shared_cache" => policy.shared_cache = true,
            Clause::Flag(flag) if flag == "without_authorities" => policy.without_authorities = true,
            Clause::Flag(flag) if flag == "allow_downgrade" => downgrade = Some(flag),
            Clause::Flag(flag) if flag == "operation" => policy.operation = Some(flag.clone()),
            _ => {}
        }
    }
    policy.access = access?;
    if !layered.faulty() {
        access::check_downgrade(&policy.access, downgrade, sink);
        check_meaning(&policy, sink);
    }
    Some(policy)
}

/// What can be said of a requirement once the schemes are known.
fn check_meaning(policy: &Policy, sink: &Sink) {
    if let Access::Schemes { optional, alternatives } = &policy.access {
        if *optional && !matches!(policy.requirement.kind, RequirementKind::Authenticated) {
            let fault = "a condition beside `optional(…)` would not bind an anonymous caller";
            let remedy = "require the scheme, or drop the condition";
            sink.report(&policy.requirement.tokens, format!("{fault}; {remedy}"));
            return;
        }
        ability::check_ability(&policy.requirement, alternatives, policy.without_authorities, sink);
    }
    check_loads(&policy.requirement, sink);
    let is_sound = logic::check_logic(&policy.requirement, sink);
    let Access::Schemes { alternatives, .. } = &policy.access else { return };
    for alternative in alternatives {
        let Some(own) = &alternative.requirement else { continue };
        ability::check_ability(own, std::slice::from_ref(alternative), policy.without_authorities, sink);
        if logic::check_logic(own, sink) && is_sound {
            logic::check_beside(own, &policy.requirement, &alternative.tokens, sink);
        }
    }
}

/// Each type loaded once: the handler asks for it by its type.
fn check_loads(requirement: &Requirement, sink: &Sink) {
    let loads = requirement.loads();
    for (index, ty) in loads.iter().enumerate() {
        if loads.iter().take(index).any(|earlier| written(earlier) == written(ty)) {
            let shown = written(ty);
            sink.report(
                ty,
                format!("two checks load `{shown}`; `Checked<{shown}>` is one of them, so give each a type of its own"),
            );
        }
    }
}
