use auth_runtime::requires;

#[requires(bearer, rolle("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
