use auth_runtime::requires;

#[requires(bearer, relm = "orders")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
