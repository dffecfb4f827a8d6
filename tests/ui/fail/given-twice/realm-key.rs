use auth_runtime::requires;

#[requires(bearer, realm = "orders", realm = "stock")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
