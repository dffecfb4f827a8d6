use auth_runtime::requires;

#[requires(any(api_key, bearer &&))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
