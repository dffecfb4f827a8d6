use auth_runtime::requires;

#[requires()]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
