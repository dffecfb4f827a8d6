use auth_runtime::requires;

#[requires(any(bearer, any(basic, api_key)))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
