use auth_runtime::requires;

#[requires(bearer, claim(["org", "tenant"], "acme"), claim(["org", "tenant"], "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
