use auth_runtime::requires;

#[requires(api_key, scope = "read", claim("tenant", "acme"), role("ops") && !role("ops"), realm = "")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
