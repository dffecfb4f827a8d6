use auth_runtime::requires;

#[requires(bearer, claim(["org", ""], "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
