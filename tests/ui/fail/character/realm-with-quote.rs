use auth_runtime::requires;

#[requires(bearer, realm = "the \"orders\" API")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
