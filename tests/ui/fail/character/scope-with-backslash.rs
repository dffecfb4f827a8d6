use auth_runtime::requires;

#[requires(bearer, scope("re\\ad"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
