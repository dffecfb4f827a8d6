use auth_runtime::requires;

#[requires(bearer, limit)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
