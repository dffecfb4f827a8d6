use auth_runtime::requires;

#[requires(bearer, max_age = "0s")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
