use auth_runtime::requires;

#[requires(bearer, realm = "Aufträge")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
