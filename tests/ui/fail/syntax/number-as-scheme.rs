use auth_runtime::requires;

#[requires(42)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
