use auth_runtime::requires;

struct Api;

impl Api {
    #[requires(bearer)]
    async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
