use auth_runtime::requires;

struct Order;

async fn load_order() -> Option<Order> {
    Some(Order)
}

#[requires(optional(bearer), check = load_order -> Order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
