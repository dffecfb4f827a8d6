use auth_runtime::requires;

#[requires(bearer, acr = "mfa", acr = "phr")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
