use auth_runtime::requires;

#[requires(bearer, scope())]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
