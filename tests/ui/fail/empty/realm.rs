use auth_runtime::requires;

#[requires(bearer, realm = "")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
