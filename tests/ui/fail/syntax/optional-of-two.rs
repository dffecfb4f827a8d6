use auth_runtime::requires;

#[requires(optional(bearer, api_key))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
