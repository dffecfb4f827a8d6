use auth_runtime::requires;

#[requires(api_key, max_age = "5m")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
