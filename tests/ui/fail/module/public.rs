use auth_runtime::public;

#[public]
mod api {
    use actix_web::get;

    #[get("/")]
    pub async fn handler() -> &'static str {
        "hello"
    }
}

fn main() {}
