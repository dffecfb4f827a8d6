use auth_runtime::{Bearer, requires};

#[requires(dpop)]
async fn handler(caller: Bearer) -> String {
    caller.principal().subject().to_owned()
}

fn main() {}
