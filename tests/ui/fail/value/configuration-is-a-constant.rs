use auth_runtime::requires;

const PARTNER: &str = "partner";

#[requires(bearer(PARTNER))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
