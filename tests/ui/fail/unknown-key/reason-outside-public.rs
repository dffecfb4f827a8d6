use auth_runtime::requires;

#[requires(bearer, reason = "because")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
