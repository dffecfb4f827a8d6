use auth_runtime::requires;

#[requires(bearer, scope("read") || any(role("ops"), role("admin")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
