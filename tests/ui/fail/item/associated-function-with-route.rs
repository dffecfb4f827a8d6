use auth_runtime::requires;

struct Api;

impl Api {
    #[requires(bearer)]
    #[actix_web::get("/")]
    async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
