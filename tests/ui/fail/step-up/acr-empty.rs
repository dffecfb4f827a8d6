use auth_runtime::requires;

#[requires(bearer, acr = "")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
