use auth_runtime::requires;

#[requires(bearer, check(owns_order, 7))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
