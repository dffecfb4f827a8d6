use auth_runtime::{Dpop, requires};

#[requires(dpop, allow_downgrade)]
async fn handler(caller: Dpop) -> String {
    caller.key_thumbprint().to_owned()
}

fn main() {}
