use auth_runtime::{public, requires};

#[requires(bearer)]
#[public]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
