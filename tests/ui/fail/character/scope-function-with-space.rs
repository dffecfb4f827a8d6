use auth_runtime::requires;

#[requires(bearer, scope("read write"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
