use auth_runtime::requires;

#[requires(bearer, role("ops") & role("admin"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
