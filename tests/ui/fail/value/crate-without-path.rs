use auth_runtime::requires;

#[requires(bearer, crate)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
