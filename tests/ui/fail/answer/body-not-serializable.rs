use actix_web::{get, web};
use auth_runtime::requires;

struct Order;

#[requires(bearer)]
#[get("/")]
async fn handler() -> web::Json<Order> {
    web::Json(Order)
}

fn main() {}
