use auth_runtime::requires;

#[requires(bearer, claim("level", 1.5))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
