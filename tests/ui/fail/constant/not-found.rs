use auth_runtime::requires;

#[requires(bearer, scope = READ)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
