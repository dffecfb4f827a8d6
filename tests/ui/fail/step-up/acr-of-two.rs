use auth_runtime::requires;

#[requires(bearer, acr = "mfa phr")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
