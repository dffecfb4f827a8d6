use auth_runtime::requires;

#[requires(bearer)]
mod api {
    use actix_web::get;
    use actix_web::main as my_get;

    #[get("/")]
    pub async fn handler() -> &'static str {
        "hello"
    }

    #[my_get]
    pub async fn other() -> &'static str {
        "hello"
    }
}

fn main() {}
