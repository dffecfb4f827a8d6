use auth_runtime::requires;

#[requires(any(api_key, bearer && scope("a") || scope("b")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
