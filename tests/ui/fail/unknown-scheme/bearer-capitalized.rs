use auth_runtime::requires;

#[requires(Bearer, scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
