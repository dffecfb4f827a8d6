use auth_runtime::{policy, requires};

policy! { Area: bearer }

#[requires(bearer, policy = Area)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
