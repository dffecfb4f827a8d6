use auth_runtime::requires;

pub const NOBODY: &str = "";

#[requires(bearer, role(NOBODY))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
