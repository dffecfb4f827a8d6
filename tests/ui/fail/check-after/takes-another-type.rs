use actix_web::web;
use auth_runtime::requires;

async fn may_lock(body: &web::Json<String>) -> bool {
    body.is_empty()
}

#[requires(bearer, check_after = may_lock(body))]
#[actix_web::post("/lock")]
async fn lock(body: web::Json<u64>) -> &'static str {
    let _ = &body;
    "locked"
}

fn main() {}
