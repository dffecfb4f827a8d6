use auth_runtime::requires;

#[requires(bearer, claim([], "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
