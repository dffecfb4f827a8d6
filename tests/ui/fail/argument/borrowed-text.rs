use auth_runtime::requires;

#[requires(bearer)]
async fn handler(_text: &str) -> &'static str {
    "hello"
}

fn main() {}
