use auth_runtime::requires;

#[requires(baerer)]
mod api {
    use actix_web::get;
    use auth_runtime::Bearer;

    #[get("/")]
    pub async fn handler(_caller: Bearer) -> &'static str {
        "hello"
    }
}

fn main() {}
