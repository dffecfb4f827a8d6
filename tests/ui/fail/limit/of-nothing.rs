use auth_runtime::requires;

#[requires(bearer, limit = "0/min")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
