use auth_runtime::requires;

#[requires(bearer, scope = "read", scope("read") && role("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
