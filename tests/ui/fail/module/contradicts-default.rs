use auth_runtime::requires;

#[requires(bearer, role("ops"))]
mod api {
    use actix_web::get;
    use auth_runtime::requires;

    #[requires(!role("ops"))]
    #[get("/")]
    pub async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
