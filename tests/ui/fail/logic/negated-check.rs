use auth_runtime::requires;

async fn owns_order() -> bool {
    true
}

#[requires(bearer, !check(owns_order))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
