use auth_runtime::requires;

#[requires(bearer, max_age)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
