use auth_runtime::requires;

#[requires(digest)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
