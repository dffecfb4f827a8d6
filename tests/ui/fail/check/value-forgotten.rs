use auth_runtime::requires;

#[derive(Debug)]
struct Permission;

async fn can(_permission: Permission) -> bool {
    true
}

#[requires(bearer, check = can)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
