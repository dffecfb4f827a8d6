use auth_runtime::requires;

#[requires(any(bearer && scope("a"), bearer && scope("b")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
