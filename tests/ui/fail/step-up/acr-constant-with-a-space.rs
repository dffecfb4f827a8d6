use auth_runtime::requires;

const CLASS: &str = "mfa phr";

#[requires(bearer, acr = CLASS)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
