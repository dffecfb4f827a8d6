use auth_runtime::requires;

#[requires(bearer, limit = "100")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
