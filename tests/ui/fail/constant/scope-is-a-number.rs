use auth_runtime::requires;

const LEVEL: u8 = 1;

#[requires(bearer, scope = LEVEL)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
