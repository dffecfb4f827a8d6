use auth_runtime::requires;

struct Order;

async fn owns_order(_order: Order) -> bool {
    true
}

#[requires(bearer, check(owns_order))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
