use actix_web::get;
use auth_runtime::{ApiKey, requires};

#[requires(bearer)]
#[get("/")]
async fn handler(_caller: ApiKey) -> &'static str {
    "hello"
}

fn main() {}
