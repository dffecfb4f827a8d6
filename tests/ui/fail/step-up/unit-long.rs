use auth_runtime::requires;

#[requires(bearer, max_age = "5min")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
