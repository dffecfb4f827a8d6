use auth_runtime::requires;

#[requires(bearer)]
mod api {
    use actix_web::get;

    #[get("/")]
    pub async fn handler() -> &'static str {
        "hello"
    }

    #[cfg_attr(unix, get("/unix"))]
    pub async fn on_unix() -> &'static str {
        "hello"
    }
}

fn main() {}
