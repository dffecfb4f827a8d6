use auth_runtime::requires;

#[requires(Webhook("github"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
