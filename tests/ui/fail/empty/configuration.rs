use auth_runtime::requires;

#[requires(bearer(""))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
