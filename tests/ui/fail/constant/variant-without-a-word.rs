use auth_runtime::requires;

enum Permission {
    Refund,
}

#[requires(bearer, scope(Permission::Refund))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
