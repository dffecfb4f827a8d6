use auth_runtime::requires;

#[requires(bearer, scope = "größe")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
