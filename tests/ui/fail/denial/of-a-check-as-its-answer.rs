use auth_runtime::{Denial, requires};

async fn owns_order() -> Denial {
    Denial::conflict("it changed")
}

#[requires(bearer, check = owns_order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
