use auth_runtime::requires;

#[requires(bearer, limit = "ten/min")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
