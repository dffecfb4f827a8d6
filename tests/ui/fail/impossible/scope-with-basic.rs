use auth_runtime::requires;

#[requires(basic, scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
