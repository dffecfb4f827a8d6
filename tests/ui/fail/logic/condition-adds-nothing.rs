use auth_runtime::requires;

#[requires(bearer, role("ops") && (role("ops") || scope("read")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
