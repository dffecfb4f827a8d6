use actix_web::get;
use auth_runtime::{Principal, requires};

#[requires(optional(bearer))]
#[get("/")]
async fn handler(_caller: Option<Principal>) -> &'static str {
    "hello"
}

fn main() {}
