use auth_runtime::requires;

#[requires(bearer, "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
