use auth_runtime::requires;

#[requires(bearer, role = "  ")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
