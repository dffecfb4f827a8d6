use auth_runtime::requires;

#[requires(basic, role("ops") || scope("read"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
