use actix_web::{get, web};
use auth_runtime::requires;

struct Order;

#[requires(bearer)]
#[get("/")]
async fn handler(_order: web::Json<Order>) -> &'static str {
    "hello"
}

fn main() {}
