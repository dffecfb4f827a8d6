use auth_runtime::requires;

#[requires(bearer, realm = "orders\nX-Injected: 1")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
