//! Forms the grammar allows. A case passes by compiling, and by the policy value it stands for.
#![allow(dead_code)] // handlers that nothing mounts

mod arguments;
mod branches;
mod check_after;
mod clauses;
mod constants;
mod details;
mod functions;
mod identities;
mod implications;
mod macros;
mod modules;
mod named_policies;
mod operations;
mod permissions;
mod re_exported;
mod routes;
mod schemes;
mod step_up;
mod utoipa;
mod visibility;

use auth_runtime::policy::PolicySpec;

/// The policy of the handler or named policy whose path ends so.
fn spec(name: &str) -> &'static PolicySpec {
    let suffix = format!("::{name}");
    let mut found = auth_runtime::registry::policies().filter(|spec| spec.handler().ends_with(&suffix));
    let spec = found.next().unwrap_or_else(|| panic!("no policy `{name}`"));
    assert!(found.next().is_none(), "two policies `{name}`");
    spec
}

/// The requirement of that policy, as its `Debug` text.
fn requirement(name: &str) -> String {
    format!("{:?}", spec(name).requirement())
}
