use auth_runtime::requires;

#[requires(api_key, claim("tenant", "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
