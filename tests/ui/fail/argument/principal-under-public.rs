use actix_web::get;
use auth_runtime::{Principal, public};

#[public]
#[get("/")]
async fn handler(_caller: Principal) -> &'static str {
    "hello"
}

fn main() {}
