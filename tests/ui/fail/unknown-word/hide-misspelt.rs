use auth_runtime::requires;

#[requires(bearer, hidden)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
