use auth_runtime::requires;

#[requires(any(bearer, basic && scope("read")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
