use auth_runtime::requires;

#[requires(any(api_key, bearer && basic))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
