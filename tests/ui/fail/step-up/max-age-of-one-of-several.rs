use auth_runtime::requires;

#[requires(any(api_key, bearer), max_age = "5m")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
