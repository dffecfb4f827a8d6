use actix_web::get;
use auth_runtime::{Granted, policy, requires};

policy! { pub Area: bearer, role("ops") }

#[requires(bearer)]
#[get("/")]
async fn handler(_caller: Granted<Area>) -> &'static str {
    "hello"
}

fn main() {}
