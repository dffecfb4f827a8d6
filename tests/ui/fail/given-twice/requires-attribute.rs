use auth_runtime::requires;

#[requires(bearer)]
#[requires(scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
