use actix_web::get;
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler() -> () {}

fn main() {}
