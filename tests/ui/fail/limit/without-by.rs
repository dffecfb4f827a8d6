use auth_runtime::requires;

#[requires(bearer, limit("10/s", address))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
