use auth_runtime::requires;

#[requires(bearer, realm = true)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
