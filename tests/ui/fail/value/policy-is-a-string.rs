use auth_runtime::requires;

#[requires(policy = "Area")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
