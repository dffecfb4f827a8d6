use auth_runtime::requires;

const SCOPES: &[&str] = &["a", "b"];

#[requires(bearer, scope = SCOPES)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
