use auth_runtime::requires;

#[requires(bearer, claim("level", 9223372036854775808))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
