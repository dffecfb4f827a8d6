use auth_runtime::requires;

#[requires(any())]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
