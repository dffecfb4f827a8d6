use auth_runtime::requires;

#[requires(bearer = "partner")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
