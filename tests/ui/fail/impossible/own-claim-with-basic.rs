use auth_runtime::requires;

#[requires(any(bearer, basic && claim("tenant", "acme")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
