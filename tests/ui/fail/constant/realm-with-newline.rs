use auth_runtime::requires;

pub const REALM: &str = "orders\n";

#[requires(bearer, realm = REALM)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
