use auth_runtime::requires;

#[requires(bearer, check(|id| id == 1))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
