//! `policy! { Strict => Weak }`, and proof that is weakened.

use auth_runtime::{Granted, policy, requires};

enum Permission {
    Refund,
}

impl From<Permission> for &'static str {
    fn from(_: Permission) -> Self {
        "orders:refund"
    }
}

async fn owns_order() -> bool {
    true
}

policy! {
    Admins: bearer, role("staff") && role("admin") && !role("guest");
    Staff: any(bearer && (role("staff") || scope("staff")), api_key);
    Admins => Staff;
    #[cfg(any())]
    Admins => DoesNotExist;

    // Functions, which both have of one policy.
    Owners: bearer, scope(Permission::Refund) && check(owns_order);
    OwningStaff: policy = Owners, role("staff") && scope("a");
    OwnersOrSo: policy = Owners, role("staff");
    OwningStaff => Owners;
    OwningStaff => OwnersOrSo;

    // Claims, of which an array may have several.
    Acme: bearer, claim("tenant", "acme") && claim("tenant", "umbrella") && claim("level", 3) && claim("beta", true);
    NotNumbered: bearer, claim("tenant", "acme");
    Acme => NotNumbered;

    // As credentials say, and as the application knows.
    Known: bearer, claim("level", 3);
    Said: bearer, claim("level", 3), without_authorities;
    Known => Said;
}

mod inner {
    auth_runtime::policy! { pub(super) Tokens: bearer }
}

policy! { Admins => inner::Tokens, crate = auth_runtime }

#[requires(policy = Admins)]
async fn of_admins(proof: Granted<Admins>) -> &'static str {
    of_tokens(&proof.weaken());
    of_staff(&proof.weaken::<Staff>())
}

fn of_staff(_: &Granted<Staff>) -> &'static str {
    "staff"
}

fn of_tokens(_: &Granted<inner::Tokens>) {}
