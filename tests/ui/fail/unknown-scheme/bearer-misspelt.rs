use auth_runtime::requires;

#[requires(baerer)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
