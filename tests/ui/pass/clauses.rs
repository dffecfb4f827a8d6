//! Keys, flags and conditions.

use actix_web::web;
use auth_runtime::policy::Hide;
use auth_runtime::{Bearer, Denial, Principal, requires};

use super::{requirement, spec};

#[requires(bearer, scope = "read  write")]
async fn scope_list() -> &'static str {
    "hello"
}

#[requires(bearer, role = "site admin")]
async fn role_with_space() -> &'static str {
    "hello"
}

#[requires(bearer, scope("a") || scope("b") && !role("c"))]
async fn precedence() -> &'static str {
    "hello"
}

#[requires(bearer, (scope("a") || scope("b")) && !(role("c") || claim("d", 1)))]
async fn parentheses() -> &'static str {
    "hello"
}

#[requires(bearer, !!role("ops"))]
async fn double_negation() -> &'static str {
    "hello"
}

#[requires(
    bearer,
    claim("tenant", "acme"),
    claim("level", 3),
    claim("balance", -9223372036854775808),
    claim("verified", true),
    claim("https://idp.example/groups", "a") && claim("https://idp.example/groups", "b"),
)]
async fn claims() -> &'static str {
    "hello"
}

#[requires(bearer, scope = "read", role = "ops", role("billing"), check = is_open, check(self::owns_order),)]
async fn clauses_join_by_and() -> &'static str {
    "hello"
}

async fn is_open() -> bool {
    true
}

async fn owns_order(caller: Bearer, _who: Principal, id: web::Path<u64>) -> Result<bool, std::num::ParseIntError> {
    Ok(caller.principal().subject().parse::<u64>()? == *id)
}

async fn may_order(_request: actix_web::HttpRequest) -> Result<(), Denial> {
    Ok(())
}

#[requires(bearer, role("ops") || check(may_order))]
async fn check_in_a_branch() -> &'static str {
    "hello"
}

#[requires(bearer, realm = "orders", hide, shared_cache, without_authorities)]
async fn keys_and_flags() -> &'static str {
    "hello"
}

#[requires(bearer, limit = "100/min")]
async fn limited_by_caller() -> &'static str {
    "hello"
}

#[requires(optional(bearer), limit("10/s", by = address))]
async fn limited_by_address() -> &'static str {
    "hello"
}

#[requires(bearer, hide = "from_authenticated")]
async fn hidden_from_authenticated() -> &'static str {
    "hello"
}

macro_rules! guarded {
    ($handler:ident, $($condition:tt)+) => {
        #[requires(bearer, $($condition)+)]
        async fn $handler() -> &'static str {
            "hello"
        }
    };
}

guarded!(from_macro, scope("read") && role("ops"));

macro_rules! guarded_by_scope {
    ($handler:ident, $scope:literal, $role:expr) => {
        #[requires(bearer, scope = $scope, role = $role)]
        async fn $handler() -> &'static str {
            "hello"
        }
    };
}

guarded_by_scope!(from_fragments, "read write", "ops");

#[test]
fn limits_are_what_they_say() {
    let limit = |handler| format!("{:?}", crate::pass::spec(handler).limit().unwrap());
    assert_eq!(limit("limited_by_caller"), "Limit { requests: 100, seconds: 60, by: Caller }");
    assert_eq!(limit("limited_by_address"), "Limit { requests: 10, seconds: 1, by: Address }");
}

#[test]
fn conditions_have_the_precedence_of_rust() {
    assert_eq!(requirement("scope_list"), r#"All([Scope("read"), Scope("write")])"#);
    assert_eq!(requirement("role_with_space"), r#"Role("site admin")"#);
    assert_eq!(requirement("precedence"), r#"Any([Scope("a"), All([Scope("b"), Not(Role("c"))])])"#);
    assert_eq!(
        requirement("parentheses"),
        r#"All([Any([Scope("a"), Scope("b")]), Not(Role("c")), Not(Claim("d", Int(1)))])"#
    );
    assert_eq!(requirement("double_negation"), r#"Role("ops")"#);
    assert_eq!(requirement("from_macro"), r#"All([Scope("read"), Role("ops")])"#);
    assert_eq!(requirement("from_fragments"), r#"All([Scope("read"), Scope("write"), Role("ops")])"#);
}

#[test]
fn clauses_are_joined_by_and() {
    assert_eq!(
        requirement("claims"),
        concat!(
            r#"All([Claim("tenant", Str("acme")), Claim("level", Int(3)), Claim("balance", Int(-9223372036854775808)), "#,
            r#"Claim("verified", Bool(true)), Claim("https://idp.example/groups", Str("a")), "#,
            r#"Claim("https://idp.example/groups", Str("b"))])"#
        )
    );
    assert_eq!(
        requirement("clauses_join_by_and"),
        r#"All([Scope("read"), Role("ops"), Role("billing"), Check(Check("ui::pass::clauses::is_open")), Check(Check("ui::pass::clauses::owns_order"))])"#
    );
    assert_eq!(requirement("check_in_a_branch"), r#"Any([Role("ops"), Check(Check("ui::pass::clauses::may_order"))])"#);
}

#[test]
fn keys_and_flags_are_kept() {
    let spec_of = spec("keys_and_flags");
    assert_eq!((spec_of.realm(), spec_of.hide(), spec_of.shared_cache()), (Some("orders"), Hide::Everything, true));
    let spec_of = spec("hidden_from_authenticated");
    assert_eq!((spec_of.realm(), spec_of.hide(), spec_of.shared_cache()), (None, Hide::FromAuthenticated, false));
}
