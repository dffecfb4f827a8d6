use auth_runtime::requires;

struct Order;

async fn load_order() -> bool {
    true
}

#[requires(bearer, check = load_order -> Order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
