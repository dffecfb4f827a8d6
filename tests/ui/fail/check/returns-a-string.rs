use auth_runtime::requires;

async fn owns_order() -> &'static str {
    "yes"
}

#[requires(bearer, check(owns_order))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
