use auth_runtime::requires;

struct Webhook;

#[requires(Webhook)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
