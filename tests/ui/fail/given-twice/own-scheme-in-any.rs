use auth_runtime::requires;

#[requires(any(my::Webhook("github"), my::Webhook("github")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
