//! Conditions of one alternative.

use auth_runtime::{Bearer, Optional, policy, requires};

use super::{requirement, spec};

pub(crate) enum Permission {
    Write,
}

impl From<Permission> for &'static str {
    fn from(_: Permission) -> Self {
        "write"
    }
}

const OPS: &str = "ops";

async fn is_owner() -> bool {
    true
}

#[requires(
    any(
        api_key,
        bearer && scope(Permission::Write) && !role("guest"),
        bearer("partner") && (role(OPS) || check(is_owner)),
        basic,
    ),
    !role("robot"),
)]
async fn by_branches(_caller: Optional<Bearer>) -> &'static str {
    "hello"
}

#[requires(any(bearer && scope("one")))]
async fn one_branch(_caller: Bearer) -> &'static str {
    "hello"
}

policy! { BranchArea: any(api_key, bearer && scope("inherited")); }

#[requires(policy = BranchArea, !role("robot"))]
async fn in_branch_area() -> &'static str {
    "hello"
}

/// The conditions of the alternatives of that policy.
fn conditions(name: &str) -> String {
    let conditions: Vec<_> = spec(name).schemes().iter().map(|used| used.condition()).collect();
    format!("{conditions:?}")
}

#[test]
fn a_condition_stands_with_its_alternative() {
    let expected = concat!(
        r#"[None, Some(All([Scope("write"), Not(Role("guest"))])), "#,
        r#"Some(Any([Role("ops"), Check(Check("ui::pass::branches::is_owner"))])), None]"#
    );
    assert_eq!(conditions("by_branches"), expected);
    assert_eq!(requirement("by_branches"), r#"Not(Role("robot"))"#);
    assert_eq!(conditions("one_branch"), r#"[Some(Scope("one"))]"#);
}

#[test]
fn a_named_policys_conditions_are_inherited() {
    assert_eq!(conditions("in_branch_area"), r#"[None, Some(Scope("inherited"))]"#);
    let json = serde_json::to_value(spec("in_branch_area")).unwrap();
    assert_eq!(json["schemes"][1]["condition"], serde_json::json!({ "scope": "inherited" }));
    assert_eq!(json["schemes"][0]["condition"], serde_json::Value::Null);
}
