use auth_runtime::{Granted, policy, requires};

policy! {
    pub Area: bearer, scop("read");
}

#[requires(policy = Area)]
async fn handler(_proof: Granted<Area>) -> &'static str {
    "hello"
}

fn main() {}
