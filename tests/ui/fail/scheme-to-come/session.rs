use auth_runtime::requires;

#[requires(session)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
