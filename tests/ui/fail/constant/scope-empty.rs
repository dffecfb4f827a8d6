use auth_runtime::requires;

pub const NOTHING: &str = "";

#[requires(bearer, scope(NOTHING))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
