use actix_web::web;
use auth_runtime::requires;

async fn may_lock(body: &web::Json<u64>) -> bool {
    **body == 1
}

#[requires(bearer, check_after = may_lock(7))]
#[actix_web::post("/lock")]
async fn lock(body: web::Json<u64>) -> &'static str {
    let _ = &body;
    "locked"
}

fn main() {}
