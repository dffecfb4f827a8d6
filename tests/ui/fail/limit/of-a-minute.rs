use auth_runtime::requires;

#[requires(bearer, limit = "100/minute")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
