use auth_runtime::requires;

#[requires(bearer, limit("10/s", by = caller))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
