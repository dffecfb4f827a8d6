use auth_runtime::requires;

#[requires(digest, scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
