use auth_runtime::requires;

#[requires(scope = "read", bearer)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
