use auth_runtime::requires;

#[requires(bearer, hide, hide = "from_authenticated")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
