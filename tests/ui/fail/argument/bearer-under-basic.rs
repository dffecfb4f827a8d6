use actix_web::get;
use auth_runtime::{Bearer, requires};

#[requires(basic)]
#[get("/")]
async fn handler(_caller: Bearer) -> &'static str {
    "hello"
}

fn main() {}
