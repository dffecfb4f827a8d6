use auth_runtime::requires;

#[requires(bearer, limit = "99999999999/s")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
