use auth_runtime::requires;

#[requires(bearer, scope = "read\twrite")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
