use auth_runtime::requires;

struct Api;

#[requires(bearer)]
impl Api {
    async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
