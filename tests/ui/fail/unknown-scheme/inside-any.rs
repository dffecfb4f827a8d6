use auth_runtime::requires;

#[requires(any(bearer, apikey))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
