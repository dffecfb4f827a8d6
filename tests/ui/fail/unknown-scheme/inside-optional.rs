use auth_runtime::requires;

#[requires(optional(berer))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
