use auth_runtime::requires;

#[requires(bearer, not(role("ops")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
