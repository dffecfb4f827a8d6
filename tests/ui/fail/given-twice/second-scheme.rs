use auth_runtime::requires;

#[requires(bearer, api_key)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
