use auth_runtime::requires;

#[requires(bearer, without_authorities = true)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
