use auth_runtime::policy;

enum Permission {
    Refund,
}

impl From<Permission> for &'static str {
    fn from(_: Permission) -> Self {
        "orders:refund"
    }
}

policy! {
    Refunds: bearer, scope(Permission::Refund), role("staff");
    Orders: bearer, scope(Permission::Refund);
    Refunds => Orders;
}

fn main() {}
