use auth_runtime::requires;

#[requires(any(api_key, bearer && scope("read")), scope("read"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
