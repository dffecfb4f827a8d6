use auth_runtime::requires;

#[requires(any(bearer, dpop))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
