use auth_runtime::requires;

#[requires(basic, role("ops") || scope("read"), without_authorities)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
