use auth_runtime::requires;

#[requires(optional(bearer), scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
