use auth_runtime::{public, requires};

#[public]
#[requires(bearer)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
