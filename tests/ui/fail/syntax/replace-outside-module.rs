use auth_runtime::requires;

#[requires(bearer, replace)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
