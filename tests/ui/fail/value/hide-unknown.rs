use auth_runtime::requires;

#[requires(bearer, hide = "all")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
