use auth_runtime::requires;

struct Order;

#[requires(bearer)]
async fn handler() -> Order {
    Order
}

fn main() {}
