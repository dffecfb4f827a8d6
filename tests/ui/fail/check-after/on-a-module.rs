use auth_runtime::requires;

#[requires(bearer, check_after = may_lock(body))]
mod orders {
    use actix_web::web;

    async fn may_lock(body: &web::Json<u64>) -> bool {
        **body == 1
    }

    #[actix_web::post("/lock")]
    async fn lock(body: web::Json<u64>) -> &'static str {
        let _ = &body;
        "locked"
    }
}

fn main() {}
