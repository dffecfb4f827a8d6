use actix_web::get;
use auth_runtime::requires;

struct Order;

#[requires(bearer)]
#[get("/")]
async fn handler() -> Order {
    Order
}

fn main() {}
