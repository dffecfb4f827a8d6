use auth_runtime::requires;

#[requires(bearer, max_age = "2w")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
