use auth_runtime::requires;

#[requires(bearer, all(scope("read"), role("ops")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
