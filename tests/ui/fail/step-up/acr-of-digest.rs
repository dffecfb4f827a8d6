use auth_runtime::requires;

#[requires(digest, acr = "mfa")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
