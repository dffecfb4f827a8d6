use auth_runtime::requires;

#[requires(bearer, shared_cache = true)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
