use auth_runtime::requires;

#[requires(any(bearer, role("ops")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
