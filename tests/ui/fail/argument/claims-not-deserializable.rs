use actix_web::get;
use auth_runtime::{Bearer, requires};

struct Claims;

#[requires(bearer)]
#[get("/")]
async fn handler(_caller: Bearer<Claims>) -> &'static str {
    "hello"
}

fn main() {}
