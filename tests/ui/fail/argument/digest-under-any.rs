use actix_web::get;
use auth_runtime::{Digest, requires};

#[requires(any(digest, bearer))]
#[get("/")]
async fn handler(_caller: Digest) -> &'static str {
    "hello"
}

fn main() {}
