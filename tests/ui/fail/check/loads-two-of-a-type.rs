use auth_runtime::requires;

struct Order;

async fn load_order() -> Option<Order> {
    Some(Order)
}

async fn other_order() -> Option<Order> {
    Some(Order)
}

#[requires(bearer, check = load_order -> Order, check = other_order -> Order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
