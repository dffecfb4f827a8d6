use auth_runtime::requires;

struct Order;

async fn load_order() -> Option<Order> {
    Some(Order)
}

#[requires(bearer, role("ops") || check(load_order -> Order))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
