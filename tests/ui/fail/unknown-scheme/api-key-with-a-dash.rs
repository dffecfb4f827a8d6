use auth_runtime::requires;

#[requires(api-key)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
