//! Constants in place of literals.

use auth_runtime::requires;

use super::{requirement, spec};

const READ: &str = "read";
const REALM: &str = "orders";

mod names {
    pub(super) const OPS: &str = "ops";
    pub(super) const TENANT: &str = "tenant";
    pub(super) const ACME: &str = "acme";
    pub(super) const LEVEL: i64 = 3;
    pub(super) const VERIFIED: bool = true;
}

struct Scopes;

impl Scopes {
    const WRITE: &'static str = "write";
}

#[requires(bearer, scope = READ, role = names::OPS, realm = REALM)]
async fn keys() -> &'static str {
    "hello"
}

#[requires(
    bearer,
    scope(self::READ) || scope(Scopes::WRITE) && !role(names::OPS),
    claim(names::TENANT, names::ACME),
    claim("level", names::LEVEL),
    claim("verified", names::VERIFIED),
)]
async fn predicates() -> &'static str {
    "hello"
}

#[test]
fn constants_stand_for_their_values() {
    assert_eq!(requirement("keys"), r#"All([Scope("read"), Role("ops")])"#);
    assert_eq!(spec("keys").realm(), Some("orders"));
    assert_eq!(
        requirement("predicates"),
        concat!(
            r#"All([Any([Scope("read"), All([Scope("write"), Not(Role("ops"))])]), Claim("tenant", Str("acme")), "#,
            r#"Claim("level", Int(3)), Claim("verified", Bool(true))])"#
        )
    );
}
