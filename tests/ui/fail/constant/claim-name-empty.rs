use auth_runtime::requires;

pub const NAME: &str = "";

#[requires(bearer, claim(NAME, 1))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
