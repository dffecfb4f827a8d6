use auth_runtime::requires;

#[requires(digest, scope = "read", without_authorities)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
