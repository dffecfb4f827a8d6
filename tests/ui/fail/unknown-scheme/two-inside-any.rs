use auth_runtime::requires;

#[requires(any(baerer, bassic))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
