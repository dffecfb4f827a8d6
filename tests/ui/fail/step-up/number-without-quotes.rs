use auth_runtime::requires;

#[requires(bearer, max_age = 300)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
