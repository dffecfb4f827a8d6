use auth_runtime::requires;

#[requires(bearer, scope = "read", scope = "write")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
