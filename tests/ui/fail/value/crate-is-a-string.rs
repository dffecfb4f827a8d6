use auth_runtime::requires;

#[requires(bearer, crate = "auth_runtime")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
