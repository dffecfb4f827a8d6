use auth_runtime::requires;

struct Order;

async fn load_order() -> Option<u64> {
    Some(1)
}

#[requires(bearer, check = load_order -> Order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
