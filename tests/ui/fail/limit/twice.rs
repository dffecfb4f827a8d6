use auth_runtime::requires;

#[requires(bearer, limit = "10/s", limit("100/min", by = address))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
