use actix_web::get;
use auth_runtime::{Denial, requires};

#[requires(bearer)]
#[get("/")]
async fn handler() -> Denial {
    Denial::conflict("it changed")
}

fn main() {}
