use auth_runtime::requires;

#[requires(bearer("a", "b"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
