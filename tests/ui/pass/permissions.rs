//! Variants of enums in place of literals.

use auth_runtime::requires;

use super::{requirement, spec};

#[derive(Clone, Copy)]
pub(crate) enum Permission {
    Refund,
    ReadOrders,
}

impl From<Permission> for &'static str {
    fn from(permission: Permission) -> Self {
        match permission {
            Permission::Refund => "orders:refund",
            Permission::ReadOrders => "orders:read",
        }
    }
}

mod tenants {
    pub(super) struct Acme;

    impl From<Acme> for &'static str {
        fn from(_: Acme) -> Self {
            "acme"
        }
    }
}

use Permission::ReadOrders;

#[requires(bearer, scope = Permission::Refund, role = self::Permission::ReadOrders)]
async fn permission_keys() -> &'static str {
    "hello"
}

#[requires(
    bearer,
    scope(ReadOrders) || !role(Permission::Refund),
    claim("tenant", tenants::Acme),
    claim(ReadOrders, true),
)]
async fn permission_predicates() -> &'static str {
    "hello"
}

#[test]
fn variants_stand_for_their_words() {
    assert_eq!(requirement("permission_keys"), r#"All([Scope("orders:refund"), Role("orders:read")])"#);
    assert_eq!(
        requirement("permission_predicates"),
        concat!(
            r#"All([Any([Scope("orders:read"), Not(Role("orders:refund"))]), Claim("tenant", Str("acme")), "#,
            r#"Claim("orders:read", Bool(true))])"#
        )
    );
    let json = serde_json::to_value(spec("permission_keys")).unwrap();
    assert_eq!(json["requirement"]["all"][0]["scope"], "orders:refund");
}
