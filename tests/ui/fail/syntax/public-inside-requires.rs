use auth_runtime::requires;

#[requires(public)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
