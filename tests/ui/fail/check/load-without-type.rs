use auth_runtime::requires;

struct Order;

async fn load_order() -> Option<Order> {
    Some(Order)
}

#[requires(bearer, check = load_order ->)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
