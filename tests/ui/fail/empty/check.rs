use auth_runtime::requires;

#[requires(bearer, check())]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
