use auth_runtime::requires;

async fn is_open() -> bool {
    true
}

#[requires(optional(bearer), check(is_open))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
