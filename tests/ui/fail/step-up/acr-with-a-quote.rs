use auth_runtime::requires;

#[requires(bearer, acr = "a\"b")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
