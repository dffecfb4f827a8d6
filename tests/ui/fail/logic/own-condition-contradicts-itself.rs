use auth_runtime::requires;

#[requires(any(api_key, bearer && role("ops") && !role("ops")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
