use auth_runtime::requires;

#[requires(bearer, scope = "read", !scope("read"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
