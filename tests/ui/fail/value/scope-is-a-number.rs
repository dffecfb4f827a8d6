use auth_runtime::requires;

#[requires(bearer, scope = 1)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
