use auth_runtime::requires;

struct Api;

impl Api {
    #[requires(bearer)]
    async fn handler(&mut self) -> &'static str {
        "hello"
    }
}

fn main() {}
