use auth_runtime::requires;

#[requires(any(bearer, bearer))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
