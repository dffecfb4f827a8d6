use actix_web::get;
use auth_runtime::{Basic, Optional, requires};

#[requires(any(bearer, api_key))]
#[get("/")]
async fn handler(_caller: Optional<Basic>) -> &'static str {
    "hello"
}

fn main() {}
