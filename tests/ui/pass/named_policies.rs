//! `policy!`, and routes that use its names.

use actix_web::get;
use auth_runtime::policy::Hide;
use auth_runtime::{Bearer, Granted, Optional, Principal, policy, requires};

use super::{requirement, spec};

policy! {
    /// Operators.
    pub(crate) AdminArea: bearer, role("ops");
    Billing: any(bearer, api_key), scope("billing"), realm = "billing", hide;
    /// An operator who may bill.
    #[allow(dead_code)]
    Strict: policy = AdminArea, scope = "billing";
    #[cfg(any())]
    ConfiguredOut: DoesNotExist
}

mod inner {
    auth_runtime::policy! { pub(super) Inner: basic }
}

#[requires(policy = AdminArea)]
#[get("/admin")]
async fn admin(_caller: Bearer, _proof: Granted<AdminArea>) -> &'static str {
    "hello"
}

#[requires(policy = Billing, role = "clerk", realm = "clerks")]
async fn bill(_who: Principal, _caller: Optional<Bearer>, proof: Granted<Billing>) -> &'static str {
    book(&proof)
}

fn book(_: &Granted<Billing>) -> &'static str {
    "booked"
}

#[requires(policy = Strict)]
async fn strict(_caller: Bearer, _strict: Granted<Strict>, _admin: Granted<AdminArea>) -> &'static str {
    "hello"
}

#[requires(policy = inner::Inner)]
async fn by_path(_caller: auth_runtime::Basic, _proof: Granted<inner::Inner>) -> &'static str {
    "hello"
}

#[test]
fn each_stands_at_its_own_line() {
    let line = |start: &str| {
        include_str!("named_policies.rs").lines().position(|line| line.trim_start().starts_with(start)).unwrap() + 1
    };
    assert_eq!(spec("AdminArea").line() as usize, line("pub(crate) AdminArea:"));
    assert_eq!(spec("Billing").line() as usize, line("Billing:"));
    assert_eq!(spec("Strict").line() as usize, line("Strict:"));
}

#[test]
fn names_stand_in_the_registry() {
    assert_eq!(requirement("AdminArea"), r#"Role("ops")"#);
    assert_eq!(requirement("Strict"), r#"All([Role("ops"), Scope("billing")])"#);
    assert_eq!(spec("Inner").schemes()[0].keyword(), "basic");
}

#[test]
fn a_route_copies_the_policy_and_adds_to_it() {
    assert_eq!(requirement("admin"), r#"Role("ops")"#);
    assert_eq!(spec("admin").routes()[0].path(), "/admin");
    let bill = spec("bill");
    assert_eq!(format!("{:?}", bill.requirement()), r#"All([Scope("billing"), Role("clerk")])"#);
    assert_eq!((bill.realm(), bill.hide(), bill.schemes().len()), (Some("clerks"), Hide::Everything, 2));
    assert_eq!(requirement("strict"), r#"All([Role("ops"), Scope("billing")])"#);
}
