use auth_runtime::requires;

#[requires(bearer, !max_age("5m"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
