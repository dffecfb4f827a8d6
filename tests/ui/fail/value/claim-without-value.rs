use auth_runtime::requires;

#[requires(bearer, claim("tenant"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
