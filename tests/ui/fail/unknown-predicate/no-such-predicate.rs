use auth_runtime::requires;

#[requires(bearer, group("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
