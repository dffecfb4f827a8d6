use auth_runtime::requires;

#[requires(my::Webhook(""))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
