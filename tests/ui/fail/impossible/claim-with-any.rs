use auth_runtime::requires;

#[requires(any(api_key, basic), claim("tenant", "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
