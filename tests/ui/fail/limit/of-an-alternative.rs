use auth_runtime::requires;

#[requires(any(bearer, api_key && limit("10/s")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
