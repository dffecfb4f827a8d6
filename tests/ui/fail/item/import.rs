use auth_runtime::requires;

mod handlers {
    pub async fn list() -> &'static str {
        "hello"
    }
}

#[requires(bearer)]
pub use handlers::list;

fn main() {}
