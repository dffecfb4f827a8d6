use auth_runtime::ApiKey;
use auth_runtime::requires;

async fn owns_order(_caller: ApiKey) -> bool {
    true
}

#[requires(bearer, check(owns_order))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
