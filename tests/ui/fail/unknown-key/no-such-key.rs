use auth_runtime::requires;

#[requires(bearer, audience = "orders")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
