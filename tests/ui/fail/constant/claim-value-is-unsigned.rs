use auth_runtime::requires;

const LEVEL: u64 = 1;

#[requires(bearer, claim("level", LEVEL))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
