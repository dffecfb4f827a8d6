use auth_runtime::requires;

#[requires(bearer, role("ops\0"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
