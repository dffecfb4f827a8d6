use auth_runtime::requires;

#[requires(basic, scope = "read", without_authorities)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
