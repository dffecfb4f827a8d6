use auth_runtime::requires;

const LEVEL: f64 = 1.5;

#[requires(bearer, claim("level", LEVEL))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
