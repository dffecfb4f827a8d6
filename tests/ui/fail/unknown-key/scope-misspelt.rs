use auth_runtime::requires;

#[requires(bearer, scop = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
