use auth_runtime::requires;

struct Permission;

async fn can(_permission: Permission) -> bool {
    true
}

#[requires(bearer, check = can(Permission))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
