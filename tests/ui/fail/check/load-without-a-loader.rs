use auth_runtime::{Checked, requires};

struct Order;

#[requires(bearer)]
async fn handler(_order: Checked<Order>) -> &'static str {
    "hello"
}

fn main() {}
