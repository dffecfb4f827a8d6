use auth_runtime::requires;

#[derive(Debug)]
struct Permission;

struct Order;

async fn can(_permission: Permission, _order: Order) -> bool {
    true
}

#[requires(bearer, check = can(Permission))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
