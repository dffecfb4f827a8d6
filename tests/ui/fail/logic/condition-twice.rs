use auth_runtime::requires;

#[requires(bearer, scope = "read read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
