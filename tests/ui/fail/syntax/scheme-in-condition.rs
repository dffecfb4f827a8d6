use auth_runtime::requires;

#[requires(bearer, api_key || role("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
