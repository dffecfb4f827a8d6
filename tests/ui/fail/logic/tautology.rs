use auth_runtime::requires;

#[requires(bearer, role("ops") || !role("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
