use actix_web::get;
use auth_runtime::{Details, requires};

#[requires(optional(bearer))]
#[get("/")]
async fn handler(_user: Details<u32>) -> &'static str {
    "hello"
}

fn main() {}
