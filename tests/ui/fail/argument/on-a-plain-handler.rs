use auth_runtime::{Bearer, requires};

#[requires(basic)]
async fn handler(_caller: Bearer) -> &'static str {
    "hello"
}

fn main() {}
