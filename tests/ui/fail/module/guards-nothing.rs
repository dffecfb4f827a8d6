use auth_runtime::requires;

#[requires(bearer)]
mod api {
    pub async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
