use auth_runtime::requires;

#[requires(bearer, hide, hide)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
