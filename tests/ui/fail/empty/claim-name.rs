use auth_runtime::requires;

#[requires(bearer, claim("", 1))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
