use auth_runtime::requires;

#[requires(any(optional(bearer), basic))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
