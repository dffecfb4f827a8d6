use auth_runtime::requires;

#[requires(basic, max_age = "5m")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
