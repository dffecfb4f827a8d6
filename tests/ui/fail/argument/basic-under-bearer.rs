use actix_web::get;
use auth_runtime::{Basic, requires};

#[requires(bearer)]
#[get("/")]
async fn handler(_caller: Basic) -> &'static str {
    "hello"
}

fn main() {}
