use auth_runtime::requires;

#[requires(bearer)]
mod api {
    use actix_web::get;
    use auth_runtime::requires;

    #[requires(replace, scope = "read")]
    #[get("/")]
    pub async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
