use auth_runtime::requires;

pub const READ_WRITE: &str = "read write";

#[requires(bearer, scope = READ_WRITE)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
