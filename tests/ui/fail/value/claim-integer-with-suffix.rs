use auth_runtime::requires;

#[requires(bearer, claim("level", 3u8))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
