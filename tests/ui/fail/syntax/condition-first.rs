use auth_runtime::requires;

#[requires(scope("read"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
