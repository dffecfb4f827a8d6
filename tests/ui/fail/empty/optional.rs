use auth_runtime::requires;

#[requires(optional())]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
